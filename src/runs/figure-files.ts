/** Figures as files of a store. */

import { CoutureError } from '../core/errors.ts';
import type { Figure } from '../figures/figure.ts';
import type { RunPlatform } from './platform.ts';

/** How a figure is stored. */
export type FigureFormat = 'svg' | 'png';

/** The theme of a figure in a file: an SVG follows the page or reader, but pixels cannot. */
export function themeOf(format: FigureFormat): 'auto' | 'light' {
  return format === 'png' ? 'light' : 'auto';
}

/** The figure formats of a platform. */
export function figureFormats({
  document,
  renderPng,
}: Pick<RunPlatform, 'document' | 'renderPng'>): FigureFormat[] {
  if (document === undefined) return [];
  return renderPng === undefined ? ['svg'] : ['svg', 'png'];
}

/** @throws CoutureError of kind `usage` when PNG is requested but not supported */
export function checkFormat({ renderPng }: Pick<RunPlatform, 'renderPng'>, format: FigureFormat): void {
  if (format === 'svg' || renderPng !== undefined) return;
  throw new CoutureError('usage', 'Figures cannot be drawn as PNG here.', { hint: 'Draw them as SVG.' });
}

/**
 * Writes a figure to a file, as SVG or PNG.
 * @throws CoutureError of kind `usage` when PNG is not supported, `runtime` when the file cannot be written
 */
export async function writeFigure(
  platform: Pick<RunPlatform, 'store' | 'renderPng'>,
  path: string,
  figure: Figure,
  format: FigureFormat,
): Promise<void> {
  checkFormat(platform, format);
  const png = format === 'png' ? await platform.renderPng?.(figure) : undefined;
  await platform.store.write(path, png ?? `${figure.svg}\n`);
}

/** Figures as files of a store. */

import { CoutureError } from '../core/errors.ts';
import type { Figure } from '../figures/figure.ts';
import type { RunPlatform } from './platform.ts';

/** How a figure is stored. */
export type FigureFormat = 'svg' | 'png';

/** The theme of a figure in a file by itself: an SVG follows what it is shown on, pixels cannot. */
export function themeOf(format: FigureFormat): 'auto' | 'light' {
  return format === 'png' ? 'light' : 'auto';
}

/** The forms of figures that a platform can make. */
export function figureFormats({
  document,
  renderPng,
}: Pick<RunPlatform, 'document' | 'renderPng'>): FigureFormat[] {
  if (document === undefined) return [];
  return renderPng === undefined ? ['svg'] : ['svg', 'png'];
}

/** @throws CoutureError of kind `usage` where the platform makes no PNG, and one is asked for */
export function checkFormat({ renderPng }: Pick<RunPlatform, 'renderPng'>, format: FigureFormat): void {
  if (format === 'svg' || renderPng !== undefined) return;
  throw new CoutureError('usage', 'Figures cannot be drawn as PNG here.', { hint: 'Draw them as SVG.' });
}

/**
 * Writes a figure to a file, as SVG or PNG.
 * @throws CoutureError of kind `usage` where the platform makes no PNG, `runtime` when the file cannot be written
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

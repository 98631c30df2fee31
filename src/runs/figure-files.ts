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

/**
 * Writes a figure to a file, as SVG or PNG.
 * @throws CoutureError of kind `usage` where the platform makes no PNG, `runtime` when the file cannot be written
 */
export async function writeFigure(
  { store, renderPng }: Pick<RunPlatform, 'store' | 'renderPng'>,
  path: string,
  figure: Figure,
  format: FigureFormat,
): Promise<void> {
  if (format === 'svg') return await store.write(path, `${figure.svg}\n`);
  if (renderPng === undefined)
    throw new CoutureError('usage', `${path}: figures cannot be drawn as PNG here; draw them as SVG.`);
  await store.write(path, await renderPng(figure));
}

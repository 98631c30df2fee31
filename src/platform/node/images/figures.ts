/** Figures in Node: a document without a browser, and SVG and PNG files. */

import { Resvg } from '@resvg/resvg-js';
import { parseHTML } from 'linkedom';
import type { Figure } from '../../../figures/figure.ts';
import { type FigureFormat, themeOf, writeFigure as write } from '../../../runs/figure-files.ts';
import { folderStore } from '../runs/folder-store.ts';
import { fontFiles } from './fonts.ts';

export { type FigureFormat, themeOf };

/** Characters that Inter does not have: scripts other than Latin, Greek and Cyrillic, and pictures. */
const otherScripts = /[\u0530-\u1dff\u2c00-\ufdff\u{10000}-\u{10ffff}]/u;

/** A fresh document to draw figures with: `drawCurves(runs, { document: nodeDocument() })`. */
export function nodeDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document;
}

/**
 * A figure as PNG, written in the bundled font. Pixels cannot follow a page, so theme `auto` is light.
 * The option `scale` is the number of its pixels for one of the figure; 2 by default, for sharp screens.
 */
export function renderPng({ svg }: Figure, { scale = 2 }: { readonly scale?: number } = {}): Uint8Array {
  const image = new Resvg(svg.replace(/<style>.*?<\/style>/s, ''), {
    fitTo: { mode: 'zoom', value: scale },
    font: {
      // The same picture on every machine, save for names in scripts that only the system may know.
      loadSystemFonts: otherScripts.test(svg),
      fontFiles: fontFiles(),
      defaultFontFamily: 'Inter',
      sansSerifFamily: 'Inter',
    },
    // `pixelated` is unknown to it: without this, images are smoothed.
    imageRendering: 1,
  });
  return image.render().asPng();
}

/**
 * Writes a figure to a file, as SVG or PNG.
 * @throws CoutureError of kind `runtime` when it cannot
 */
export async function writeFigure(path: string, figure: Figure, format: FigureFormat): Promise<void> {
  const platform = { store: folderStore, renderPng: async (drawn: Figure) => renderPng(drawn) };
  await write(platform, path, figure, format);
}

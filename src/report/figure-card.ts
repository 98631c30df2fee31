/** A figure in the page: drawn for wide and for narrow screens, with its text. */

import type { Figure } from '../figures/figure.ts';
import { html, type Markup, trusted } from './html.ts';

/**
 * Pixels. The wide one is the narrowest that a column of the page gets, at a window of 1280 pixels; the
 * narrow one is for phones. So text is never smaller on the screen than it is drawn (style.ts has the other
 * half of this).
 */
const WIDE = 544;
const NARROW = 324;

/** Contents of a card besides the figure. */
export interface CardOptions {
  /** Computed from the run. */
  readonly sentence?: string | undefined;
  /** How to read such a figure. */
  readonly reading?: string | undefined;
  /** The interactive behavior, and its run. */
  readonly live?: { readonly kind: 'matrix' | 'map' | 'change'; readonly run: number } | undefined;
  /** The run, if several are side by side. */
  readonly heading?: Markup | undefined;
  /** Whether it is drawn for phones as well; otherwise it scrolls there. */
  readonly narrow: boolean;
}

/** Hints for interaction. */
const hints = {
  matrix: 'Select a cell to see its images.',
  change: 'Select a cell to see the images on which the two runs differ.',
  map: 'Point at a dot to see its image, or move between dots with the arrow keys.',
} as const;

/** The card of a figure that `draw` draws in a given width. */
export function figureCard(
  draw: (width: number) => Figure,
  { sentence, reading, live, heading, narrow }: CardOptions,
): Markup {
  const wide = draw(WIDE);
  const drawings = narrow
    ? html`<div class="wide">${trusted(wide.svg)}</div><div class="narrow">${trusted(draw(NARROW).svg)}</div>`
    : trusted(wide.svg);
  return html`<figure data-name="${wide.name}"${live && html` data-${live.kind}="${live.run}"`}>
    ${heading}<div class="drawing">${drawings}</div>
    ${caption(sentence, reading, live && hints[live.kind])}
  </figure>`;
}

function caption(sentence = '', reading = '', hint = ''): Markup | undefined {
  if (sentence + reading + hint === '') return undefined;
  const line = (kind: string, text: string): Markup | undefined =>
    text === '' ? undefined : html`<p class="${kind}">${text}</p>`;
  return html`<figcaption>${line('sentence', sentence)}${line('reading', reading)}${line('hint', hint)}</figcaption>`;
}

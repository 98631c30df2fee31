/** A figure as it stands in the page: drawn for wide and for narrow places, with what there is to say of it. */

import type { Figure } from '../figures/figure.ts';
import { html, type Markup, trusted } from './html.ts';

/** Pixels. The narrow one is for phones: text keeps its size and the figure flows anew. */
const WIDE = 560;
const NARROW = 320;

/** What a card holds beside the figure. */
export interface CardOptions {
  /** Computed from the run. */
  readonly sentence?: string | undefined;
  /** How to read such a figure. */
  readonly reading?: string | undefined;
  /** What the page's script makes of it, and for which run. */
  readonly live?: { readonly kind: 'matrix' | 'map'; readonly run: number } | undefined;
  /** Whose it is, where several runs stand side by side. */
  readonly heading?: Markup | undefined;
  /** Pixels, where another width than usual suits the figure. */
  readonly width?: number | undefined;
  /** Whether it is drawn for phones as well; otherwise it shrinks there. */
  readonly narrow: boolean;
}

/** What a reader may not guess. */
const hints = {
  matrix: 'Select a cell to see its images.',
  map: 'Point at a dot to see its image, or move between dots with the arrow keys.',
} as const;

/** The card of a figure that `draw` draws in a given width. */
export function figureCard(
  draw: (width: number) => Figure,
  { sentence, reading, live, heading, width = WIDE, narrow }: CardOptions,
): Markup {
  const wide = draw(width);
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

/** The type of a figure, and its sheet: title, facts of the run, then charts from top to bottom. */

import { count, plural } from '../core/format.ts';
import { escapeXml, serialize } from './serialize.ts';
import { fit, textWidth, wrap, wrapEvenly } from './text.ts';
import { autoStyle, colors, inDark, runColor, sequential, type Theme } from './theme.ts';

export interface FigureOptions {
  /** Creates the elements: the `document` of the page, or `nodeDocument()` in Node. */
  readonly document: Document;
  /**
   * `auto`, the default, follows the `color-scheme` of the page, or of the reader for a standalone figure;
   * `light` and `dark` write every color out, for programs without style sheets.
   */
  readonly theme?: Theme | undefined;
  /** Pixels; 640 by default. Figures reflow: from about 320 on they are readable. */
  readonly width?: number | undefined;
  /**
   * Share of the pixels of images to keep, 0 to 1: 1, the default, keeps all visible pixels; less makes a
   * smaller file.
   */
  readonly detail?: number | undefined;
  /** Where the numbers come from, e.g. `baseline-1, fashion-mnist, test split`: begins the line under the title. */
  readonly facts?: string | undefined;
  /** Place of the run among those shown together, which gives the figure its color; 0, the default, is the first. */
  readonly run?: number | undefined;
}

/** The key of the method by which a notebook shows a value: Deno's Jupyter kernel looks for it. */
export const jupyterDisplay: unique symbol = Symbol.for('Jupyter.display');

/** What a notebook shows of a figure, by media type: it takes the richest that it knows. */
export interface NotebookOutput {
  readonly 'image/svg+xml': string;
  readonly 'text/plain': string;
}

/** A drawn figure. As the last value of a cell, a notebook of Deno shows it by itself. */
export interface Figure {
  /** For file names and addresses: letters, digits and dashes. */
  readonly name: string;
  readonly title: string;
  /** What the figure shows, in words and numbers. */
  readonly alt: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  /** A complete `<svg>` element, usable as a file or inside a page. */
  readonly svg: string;
  /** The drawing, and its description for notebooks without pictures. */
  [jupyterDisplay](): NotebookOutput;
}

/** A figure whose method is not a field, so that equal figures are equal. */
class DrawnFigure implements Figure {
  readonly name: string;
  readonly title: string;
  readonly alt: string;
  readonly width: number;
  readonly height: number;
  readonly svg: string;

  constructor({ name, title, alt, width, height, svg }: Omit<Figure, typeof jupyterDisplay>) {
    this.name = name;
    this.title = title;
    this.alt = alt;
    this.width = width;
    this.height = height;
    this.svg = svg;
  }

  [jupyterDisplay](): NotebookOutput {
    return { 'image/svg+xml': this.svg, 'text/plain': this.alt };
  }
}

/** A color and its meaning. */
export interface LegendEntry {
  readonly color: string;
  readonly label: string;
  readonly mark?: 'square' | 'line' | 'dashes' | 'tick' | 'dot' | 'diamond' | 'box';
}

export const FONT = 'Inter, system-ui, sans-serif';
const SVG = 'http://www.w3.org/2000/svg';
const MARGIN = 14;
const GAP = 14;
/** Below this width, charts are stacked instead of side by side. */
const NARROW = 520;

interface TextStyle {
  readonly size: number;
  readonly fill: string;
  readonly bold?: boolean;
}

/** Lays out one figure. Charts and lines of text are placed below the existing ones. */
export class Sheet {
  /** Pixels between the margins. */
  readonly width: number;
  readonly narrow: boolean;
  readonly document: Document;
  /** Image pixels to keep per drawn pixel. */
  readonly detail: number;
  /** The color of the run. */
  readonly color: string;
  readonly #run: number;
  readonly #name: string;
  readonly #title: string;
  readonly #theme: Theme;
  readonly #outer: number;
  readonly #svg: SVGSVGElement;
  #y = MARGIN;

  constructor(
    { document, theme = 'auto', width = 640, detail = 1, facts, run = 0 }: FigureOptions,
    { name, title, facts: own }: { readonly name: string; readonly title: string; readonly facts?: string },
  ) {
    this.document = document;
    this.detail = detail;
    this.color = runColor(run);
    this.#run = run;
    this.width = width - 2 * MARGIN;
    this.narrow = width < NARROW;
    this.#name = name;
    this.#title = title;
    this.#theme = theme;
    this.#outer = width;
    this.#svg = document.createElementNS(SVG, 'svg');
    this.paragraph(title, { size: 16, fill: colors.ink, bold: true });
    const line = [facts, own].filter((part) => part !== undefined && part !== '').join(' · ');
    if (line !== '') this.paragraph(line);
    this.#y += 6;
  }

  /** Color of a magnitude of the run, given as its share of the largest, 0 to 1. */
  shade(share: number): string {
    return sequential(share, this.#run);
  }

  /** Text over the whole width, wrapped. */
  paragraph(text: string, style: TextStyle = { size: 12, fill: colors.muted }): void {
    const lines = (style.bold === true ? wrapEvenly : wrap)(text, style.size, this.width, style);
    for (const line of lines) {
      this.#y += style.size * 1.3;
      this.#text(line, MARGIN, this.#y - style.size * 0.3, style);
    }
    this.#y += 3;
  }

  /** Charts beside each other, `gap` apart, with a heading above each if given. */
  row(charts: readonly SVGSVGElement[], { gap = GAP, headings = [] as readonly string[] } = {}): void {
    if (headings.length > 0) this.#y += 20;
    let x = MARGIN;
    let below = this.#y;
    charts.forEach((chart, i) => {
      const width = Number(chart.getAttribute('width'));
      const height = Number(chart.getAttribute('height'));
      if (headings[i] !== undefined) {
        const style = { size: 12, fill: colors.ink, bold: true };
        this.#text(fit(headings[i], style.size, width, style), x, this.#y - 4, style);
      }
      this.#svg.append(this.#unwrap(chart, x, this.#y));
      x += width + gap;
      below = Math.max(below, this.#y + height);
    });
    this.#y = below + 8;
  }

  /** Charts beside each other, or one above the other on a narrow sheet; each is drawn for its width. */
  columns(
    draw: readonly ((width: number) => SVGSVGElement)[],
    { headings = [] as readonly string[] } = {},
  ): void {
    if (this.narrow) {
      draw.forEach((chart, i) => {
        this.row([chart(this.width)], { headings: headings.slice(i, i + 1) });
      });
      return;
    }
    const width = (this.width - GAP * (draw.length - 1)) / draw.length;
    this.row(
      draw.map((chart) => chart(width)),
      { headings },
    );
  }

  /** A legend of the colors, in as many lines as needed. */
  legend(entries: readonly LegendEntry[]): void {
    const size = 12;
    const swatch = 18;
    let x = MARGIN;
    this.#y += 15;
    for (const { color, label, mark = 'square' } of entries) {
      const shown = fit(label, size, this.width - swatch - 6);
      const width = swatch + 4 + textWidth(shown, size);
      if (x > MARGIN && x + width > MARGIN + this.width) {
        x = MARGIN;
        this.#y += 17;
      }
      const middle = this.#y - 4;
      this.#mark(mark, color, x, middle);
      this.#text(shown, x + (mark === 'square' ? 15 : 20), this.#y, { size, fill: colors.ink });
      x += width + 12;
    }
    this.#y += 13;
  }

  /** Ends the sheet. */
  figure(alt: string): Figure {
    const height = Math.ceil(this.#y + MARGIN - 8);
    const width = this.#outer;
    const content = [...this.#svg.childNodes].map((child) => serialize(child as Element)).join('');
    const paper = `<rect class="couture-paper" width="${width}" height="${height}" fill="${colors.paper}"/>`;
    let body = `${paper}${content}`;
    if (this.#theme === 'dark')
      body = body.replaceAll(
        /(fill|stroke)="(#[0-9a-f]{6})"/g,
        (_, property, color) => `${property}="${inDark(color)}"`,
      );
    if (this.#theme === 'auto') body = `<style>${autoStyle(body)}</style>${body}`;
    const svg =
      `<svg xmlns="${SVG}" class="couture-figure" data-figure="${this.#name}" viewBox="0 0 ${width} ${height}" ` +
      `width="${width}" height="${height}" font-family="${FONT}" role="img" aria-label="${escapeXml(alt)}">${body}</svg>`;
    return new DrawnFigure({ name: this.#name, title: this.#title, alt, width, height, svg });
  }

  /** The sign of a legend entry, from x on. */
  #mark(mark: NonNullable<LegendEntry['mark']>, color: string, x: number, y: number): void {
    const square = (side: number): Readonly<Record<string, number>> => ({
      ...{ x: x + 7 - side / 2, y: y - side / 2, width: side, height: side },
    });
    if (mark === 'square') this.#element('rect', { ...square(10), x, rx: 2, fill: color });
    else if (mark === 'box') this.#element('rect', { ...square(7), fill: color });
    else if (mark === 'diamond')
      this.#element('rect', { ...square(6.6), fill: color, transform: `rotate(45 ${x + 7} ${y})` });
    else if (mark === 'dot') this.#element('circle', { cx: x + 7, cy: y, r: 4.5, fill: color });
    else {
      this.#element('line', {
        ...(mark === 'tick'
          ? { x1: x + 7, x2: x + 7, y1: y - 6, y2: y + 6 }
          : { x1: x, x2: x + 15, y1: y, y2: y }),
        stroke: color,
        'stroke-width': 2,
        ...(mark === 'dashes' ? { 'stroke-dasharray': '4 2.5' } : {}),
      });
    }
  }

  #text(text: string, x: number, y: number, { size, fill, bold = false }: TextStyle): void {
    const element = this.#element('text', { x, y, fill, 'font-size': size });
    if (bold) element.setAttribute('font-weight', '600');
    element.textContent = text;
  }

  #element(tag: string, attributes: Readonly<Record<string, string | number>>): Element {
    const element = this.document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
    this.#svg.append(element);
    return element;
  }

  /**
   * A chart's content as a group: an inner `<svg>` would have its own style sheet and clip overhanging parts.
   */
  #unwrap(chart: SVGSVGElement, x: number, y: number): Element {
    const group = this.document.createElementNS(SVG, 'g');
    group.setAttribute('transform', `translate(${x},${y})`);
    group.setAttribute('fill', colors.ink);
    group.setAttribute('font-size', chart.getAttribute('font-size') ?? '');
    group.setAttribute('text-anchor', 'middle');
    for (const child of [...chart.childNodes]) {
      if (child.nodeName.toLowerCase() !== 'style') group.append(child);
    }
    return group;
  }
}

/** A count like `1 of 3` for the facts of a figure that leaves some out; empty if it shows all. */
export function shownOf(shown: number, total: number, noun: string): string {
  return `${shown < total ? `${count(shown)} of ` : ''}${plural(total, noun)}`;
}

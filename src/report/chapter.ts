/** Building blocks of chapters. */

import { html, type Markup } from './html.ts';

/** A part of the page with a heading. */
export interface Chapter {
  /** Its address within the page. */
  readonly id: string;
  readonly title: string;
  readonly body: Markup;
}

/** Each sentence as a paragraph. */
export function paragraphs(sentences: readonly string[]): Markup[] {
  return sentences.map((sentence) => html`<p>${sentence}</p>`);
}

/** A table with a heading for each row, and for each column if given. It scrolls if it is too wide. */
export function headedTable(
  rows: readonly (readonly [name: string, ...values: (string | Markup)[]])[],
  heads: readonly string[] = [],
): Markup {
  const head =
    heads.length === 0
      ? undefined
      : html`<thead><tr><td></td>${heads.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>`;
  const body = rows.map(
    ([name, ...values]) =>
      html`<tr><th scope="row">${name}</th>${values.map((value) => html`<td>${value}</td>`)}</tr>`,
  );
  return html`<div class="scroll"><table>${head}<tbody>${body}</tbody></table></div>`;
}

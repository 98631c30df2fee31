/**
 * Markup as strings, escaped by default: a class or run name is data and stays text. Unescaped markup has its
 * own type, so escaping cannot be forgotten or switched off by a stray character in a template.
 */

/** Markup that is known to be safe: made by {@link html} or vouched for by {@link trusted}. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Values of a template: nothing, text and numbers (escaped), markup (unchanged), or lists of these. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** A template whose values are escaped for element content and for attributes in double quotes. */
export function html(literals: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(literals.reduce((text, literal, i) => text + render(values[i - 1]) + literal));
}

/** Marks markup from elsewhere as safe, such as the SVG of a figure. */
export function trusted(text: string): Markup {
  return new Markup(text);
}

function render(value: Content): string {
  if (value === undefined) return '';
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(render).join('');
  return escapeText(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]);
}

/** JSON that cannot end its script element. */
export function jsonMarkup(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

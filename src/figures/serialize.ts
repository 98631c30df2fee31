/**
 * An SVG element as text, the same from any DOM: attributes in the order of their names, lengths rounded to 0.01
 * pixels, inner screen-reader texts left out, because the whole figure is one image with one description.
 */

import { colors } from './theme.ts';

/** Attributes that hold lengths, and so may be rounded. */
const geometry = new Set([
  ...['x', 'y', 'x1', 'y1', 'x2', 'y2', 'cx', 'cy', 'r', 'rx', 'ry', 'dx', 'dy'],
  ...['width', 'height', 'd', 'points', 'transform', 'font-size', 'stroke-width'],
]);

/**
 * Text for use between tags or in a double-quoted attribute. Characters that XML does not allow are dropped.
 */
export function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}

function attributeText(name: string, value: string): string {
  if (value === 'currentColor') return colors.ink;
  if (!geometry.has(name)) return escapeXml(value);
  return value.replaceAll(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) => String(Number(Number(number).toFixed(2))));
}

/** The markup of an SVG element and all that it holds. */
export function serialize(element: Element): string {
  const attributes = [...element.attributes]
    .filter(({ name }) => !name.startsWith('aria-') && name !== 'xmlns')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, value }) => ` ${name}="${attributeText(name, value)}"`)
    .join('');
  const children = [...element.childNodes]
    .map((child) => {
      if (child.nodeType === 1) return serialize(child as Element);
      return child.nodeType === 3 ? escapeXml(child.textContent ?? '') : '';
    })
    .join('');
  const tag = element.localName;
  return children === '' ? `<${tag}${attributes}/>` : `<${tag}${attributes}>${children}</${tag}>`;
}

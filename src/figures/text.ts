/**
 * Estimates the width of text well enough for layout without a browser: advances of Inter by kind of letter,
 * with room for wider system fonts that a page may use.
 */

/** Over Inter's own advances: DejaVu Sans, the widest of the usual system fonts, is 8 to 12% wider. */
const ROOM = 1.1;

const widths: readonly (readonly [pattern: RegExp, em: number])[] = [
  [/[ijlI.,:;'’|!·]/, 0.28],
  [/[frt()[\]/\\"-]/, 0.38],
  [/ /, 0.28],
  [/[acekvxyzszFJL?]/, 0.57],
  [/[mwMW@%…—→]/, 0.9],
  [/[A-Z<>=+−&×±~]/, 0.69],
  [/[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff00-\uff60]|[\u{1f000}-\u{3ffff}]/u, 1.05],
];

/** Width in pixels of one line at a font size; semibold text is a little wider. */
export function textWidth(text: string, size: number, { bold = false } = {}): number {
  let ems = 0;
  for (const letter of text) ems += widths.find(([pattern]) => pattern.test(letter))?.[1] ?? 0.6;
  return ems * size * ROOM * (bold ? 1.06 : 1);
}

/** The text, cut with an ellipsis if it is wider than `width` pixels. */
export function fit(text: string, size: number, width: number, { bold = false } = {}): string {
  if (textWidth(text, size, { bold }) <= width) return text;
  const letters = [...text];
  while (letters.length > 0 && textWidth(`${letters.join('')}…`, size, { bold }) > width) letters.pop();
  return `${letters.join('').trimEnd()}…`;
}

/**
 * Each text cut by `fit`. If two different texts would become equal, for example with the same beginning,
 * their ellipsis is in the middle.
 */
export function fitApart(texts: readonly string[], size: number, width: number, style = {}): string[] {
  const cut = texts.map((text) => fit(text, size, width, style));
  const origins = Map.groupBy(texts.keys(), (i) => cut[i]);
  return cut.map((short, i) => {
    const isAlone = (origins.get(short) ?? []).every((other) => texts[other] === texts[i]);
    return isAlone ? short : fitMiddle(texts[i], size, width, style);
  });
}

/** The text with an ellipsis in its middle, so that it is no wider than `width` pixels. */
function fitMiddle(text: string, size: number, width: number, style: { readonly bold?: boolean }): string {
  const letters = [...text];
  for (let kept = letters.length - 1; kept > 0; kept--) {
    const begin = Math.floor(kept / 2);
    const end = kept - begin;
    const short = `${letters.slice(0, begin).join('').trimEnd()}…${letters.slice(-end).join('').trimStart()}`;
    if (textWidth(short, size, style) <= width) return short;
  }
  return '…';
}

/** Lines no wider than `width` pixels, broken at spaces; a word too wide for a line is cut. */
export function wrap(text: string, size: number, width: number, { bold = false } = {}): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (textWidth(longer, size, { bold }) <= width) line = longer;
    else {
      if (line !== '') lines.push(line);
      line = fit(word, size, width, { bold });
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

/** Lines like those of `wrap`, but of about the same length: as few lines, each as short as possible. */
export function wrapEvenly(
  text: string,
  size: number,
  width: number,
  style: { readonly bold?: boolean } = {},
): string[] {
  const lines = wrap(text, size, width, style);
  if (lines.length < 2) return lines;
  const narrower = Array.from({ length: 20 }, (_, i) => (width * (i + 1)) / 20);
  // A word that is cut is no reason to make lines narrower.
  const whole = lines.join(' ');
  return (
    narrower
      .map((each) => wrap(text, size, each, style))
      .find((broken) => broken.length === lines.length && broken.join(' ') === whole) ?? lines
  );
}

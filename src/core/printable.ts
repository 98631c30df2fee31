/**
 * Makes text from outside safe for a terminal: file names, titles, messages of other programs. Control
 * characters could move the cursor or change colors, and characters of the bidirectional algorithm could make
 * a name look like another.
 */

import { shorten } from './shorten.ts';

/** C0 and C1 controls, DEL, line and paragraph separators, direction marks and invisible characters. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\u200b\u2060-\u2064\ufeff\ufff9-\ufffb\p{Cs}]/gu;

/** Text on one line, with unsafe characters as escapes: `\x1b`, `\u{202e}`. */
export function printable(text: string): string {
  return text.replaceAll(UNSAFE, escaped);
}

/** Most characters of a quoted value. */
const MOST_QUOTED = 100;

/** A quoted value for a message: printable and short. */
export function inQuotes(text: string): string {
  return `"${shorten(printable(text), MOST_QUOTED)}"`;
}

/** Printable text of several lines, whose line ends and tabs stay. */
export function printableLines(text: string): string {
  return text.replaceAll(UNSAFE, (character, at: number) =>
    character === '\n' || character === '\t' || (character === '\r' && text[at + 1] === '\n')
      ? character
      : escaped(character),
  );
}

/** The colors and styles that Couture itself writes, one or several in a sequence: nothing that hides text or moves the cursor. */
const STYLE = '(?:0|1|2|3|4|22|23|24|39|49|3[0-7]|9[0-7]|[34]8;5;\\d{1,3}|[34]8;2(?:;\\d{1,3}){3})';
const OWN_STYLE = new RegExp(`(\\u{1b}\\[${STYLE}(?:;${STYLE})*m)`, 'u');

/**
 * Text on its way to a terminal: only line ends, tabs, and styles pass. The last check, for text that was not
 * made printable before.
 */
export function gated(text: string, styles: boolean): string {
  if (!styles) return printableLines(text);
  return text
    .split(OWN_STYLE)
    .map((part, i) => (i % 2 === 1 ? part : printableLines(part)))
    .join('');
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

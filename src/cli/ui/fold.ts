/** Sentences on a terminal: no word is cut at its edge. */

import wrapAnsi from 'wrap-ansi';

/** A table or a bar, whose columns would be lost, or a command to copy. */
const LAID_OUT = /\S {2,}\S|^ *npx /;

/** Wraps lines of more than `columns` characters between words, with their indentation. Lines that are laid out stay. */
export function fold(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (LAID_OUT.test(line) ? line : foldLine(line, columns)))
    .join('\n');
}

function foldLine(line: string, columns: number): string {
  const sentence = line.trimStart();
  const indent = line.slice(0, line.length - sentence.length);
  return wrapAnsi(sentence, columns - indent.length)
    .split('\n')
    .map((part) => indent + part)
    .join('\n');
}

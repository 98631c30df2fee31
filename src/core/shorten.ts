/** Shortens text to a readable length. */

/**
 * Text of at most `most` characters; the middle is dropped, because the beginning and the end say the most.
 */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const mark = ` … ${text.length - most} more characters … `;
  const kept = Math.max(0, most - mark.length);
  const head = Math.ceil(kept * 0.6);
  return `${text.slice(0, head)}${mark}${text.slice(text.length - (kept - head))}`;
}

/** The same for each line, and for all lines together. */
export function shortenLines(text: string, mostOfLine: number, most: number): string {
  if (text.length <= mostOfLine) return text;
  const lines = text.split('\n').map((line) => shorten(line, mostOfLine));
  return shorten(lines.join('\n'), most);
}

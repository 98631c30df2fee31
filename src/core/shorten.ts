/** Text cut to a length at which somebody still reads it. */

/** A text of at most `most` characters, whose middle gives way: what it begins and ends with says the most. */
export function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const mark = ` … ${text.length - most} more characters … `;
  const kept = Math.max(0, most - mark.length);
  const head = Math.ceil(kept * 0.6);
  return `${text.slice(0, head)}${mark}${text.slice(text.length - (kept - head))}`;
}

/** The same of each line, and of the lines altogether. */
export function shortenLines(text: string, mostOfLine: number, most: number): string {
  if (text.length <= mostOfLine) return text;
  const lines = text.split('\n').map((line) => shorten(line, mostOfLine));
  return shorten(lines.join('\n'), most);
}

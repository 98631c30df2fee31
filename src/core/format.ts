/**
 * Formats numbers, lists and shell words in the same way in figures, reports, cards and on the command line.
 */

/** 12345 as `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A whole number exactly, as 1024 must be; any other with at most 4 digits: `0.00123`, `1.2e-7`. */
export function numberText(value: number): string {
  return String(Number.isInteger(value) ? value : Number(value.toPrecision(4)));
}

/** 0.8742 as `87.4%`. Less than all is never written as 100%: 0.9997 is `>99.9%`. */
export function percent(share: number, digits = 1): string {
  const text = (share * 100).toFixed(digits);
  const whole = (100).toFixed(digits);
  return share < 1 && text === whole ? `>${whole.replace('100', '99').replaceAll('0', '9')}%` : `${text}%`;
}

/** A probability that a network gives, which is below 1 even where its float32 is 1. */
export function probabilityText(probability: number, digits = 1): string {
  return percent(Math.min(probability, 1 - Number.EPSILON), digits);
}

/** The difference of two shares in percentage points, without a sign: 0.0168 as `1.7`. */
export function points(difference: number, digits = 1): string {
  // Without the last bits, which turn 0.55 to 0.5 or 0.6 by chance.
  return Number(Math.abs(difference * 100).toFixed(digits + 6)).toFixed(digits);
}

/** `1 image`, `2 images`; `2 classes`, where the plural is not just an s. */
export function plural(value: number, noun: string, several = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : several}`;
}

/** Most names that a sentence lists when there may be a thousand. */
export const MOST_NAMED = 12;

/** `a`, `a and b`, `a, b and c`; past `most` words `a, b and 7 more`. */
export function list(words: readonly string[], most = Number.POSITIVE_INFINITY): string {
  if (words.length > most) return `${words.slice(0, most).join(', ')} and ${count(words.length - most)} more`;
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** Text quoted for a shell. */
export function quoted(text: string): string {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The nearest valid word to a wrong one, for hints. */

import { distance } from 'fastest-levenshtein';

/** Longer words are not worth comparing: the cost grows with the square of the length. */
const MAX_LENGTH = 100;

/** Edits of a slip of the fingers: one in a short word, where two would turn almost any word into another. */
const slips = (length: number): number => (length < 4 ? 1 : Math.max(2, Math.floor(length * 0.4)));

/** Number of edits, where two letters in the wrong order are one. */
function editsOf(word: string, other: string): number {
  const edits = distance(word, other);
  const isSwap = edits === 2 && [...word].sort().join('') === [...other].sort().join('');
  return isSwap && word.length === other.length ? 1 : edits;
}

/** The candidate with the fewest edits from `word`, or undefined if none is near enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = slips(word.length) + 1;
  for (const candidate of candidates) {
    if (candidate.length > MAX_LENGTH) continue;
    const edits = editsOf(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}

/** `Did you mean X?` for the nearest candidate, else the whole list. */
export function didYouMean(word: string, candidates: readonly string[]): string;
/** The same beside a sentence that has `listed` the candidates already: without a near one, undefined. */
export function didYouMean(
  word: string,
  candidates: readonly string[],
  options: { readonly listed: true },
): string | undefined;
export function didYouMean(
  word: string,
  candidates: readonly string[],
  { listed = false } = {},
): string | undefined {
  const near = nearest(word, candidates);
  if (near !== undefined) return `Did you mean ${near}?`;
  return listed ? undefined : `Choose from: ${candidates.join(', ')}.`;
}

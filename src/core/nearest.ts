/** The nearest valid word to a wrong one, for hints. */

import { distance } from 'fastest-levenshtein';

/** Longer words are not worth comparing: the cost grows with the square of the length. */
const MAX_LENGTH = 100;

/** The candidate with the fewest edits from `word`, or undefined if none is near enough. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > MAX_LENGTH) return undefined;
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length * 0.4)) + 1;
  for (const candidate of candidates) {
    if (candidate.length > MAX_LENGTH) continue;
    const edits = distance(word.toLowerCase(), candidate.toLowerCase());
    if (edits < bestDistance) {
      best = candidate;
      bestDistance = edits;
    }
  }
  return best;
}

/** `Did you mean X?` for the nearest candidate, else the whole list. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? `Choose from: ${candidates.join(', ')}.` : `Did you mean ${near}?`;
}

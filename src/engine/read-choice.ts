/** Reads the choice of a backend from text. */

import { CoutureError } from '../core/errors.ts';
import { didYouMean } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { type BackendChoice, backendChoices } from './names.ts';

/**
 * A choice from a text.
 * @param from where the text comes from: `--backend`
 * @throws CoutureError of kind `usage` for an unknown word
 */
export function readBackendChoice(text: string, from: string): BackendChoice {
  const found = backendChoices.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new CoutureError(
    'usage',
    `${from} takes ${backendChoices.slice(0, -1).join(', ')} or ${backendChoices.at(-1)}, not ${inQuotes(text)}.`,
    { hint: didYouMean(text, backendChoices, { listed: true }) },
  );
}

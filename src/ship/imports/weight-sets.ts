/**
 * Several sets of weights of one network in a file: those of the last step, and an average of them, such as an EMA. They give
 * different answers, so a person has to say which ones are meant.
 */

import { CoutureError } from '../../core/errors.ts';
import { list } from '../../core/format.ts';
import { inQuotes } from '../../core/printable.ts';

/** The name of a set that has no name in the file. */
export const TOP = '.';

/** Names that people give to averages of weights, and to networks that are made of them. */
const AVERAGE = /(^|_)(ema|avg|averaged?|shadow|swa|teacher|target)(_|$)/i;

/** Averages that are looked for: each one takes a look at all tensors. */
const MOST_AVERAGES = 16;

interface Shaped {
  readonly shape: readonly number[];
}

/** The error that asks for one of several sets. */
export function severalSets(file: string, keys: readonly string[], hint = ''): CoutureError {
  const named = keys.map((key) => (key === '' ? TOP : key));
  return new CoutureError(
    'usage',
    `${file} has ${keys.length} sets of weights: ${list(named.map(inQuotes), 8)}.`,
    { hint: `Choose one: --key ${named[0]}. ${TOP} means those without a name of their own.${hint}` },
  );
}

/** The error for a key that a file does not have. */
export function noSuchSet(file: string, key: string, keys: readonly string[]): CoutureError {
  const named = keys.map((each) => inQuotes(each === '' ? TOP : each));
  return new CoutureError('usage', `${file} has no weights with the key ${inQuotes(key)}.`, {
    hint: named.length === 0 ? 'Leave out --key.' : `Its keys are ${list(named, 8)}.`,
  });
}

/**
 * The tensors of one set. Sets in one dictionary differ by what their names begin with: `net.fc1.weight`, `ema.fc1.weight`.
 * @param key what the names begin with; `.` for those that are not averages
 * @throws CoutureError of kind `usage` when there are several sets and no key, or a key that no tensor has
 */
export function chooseSet<Tensor extends Shaped>(
  tensors: ReadonlyMap<string, Tensor>,
  key: string | undefined,
  file: string,
): ReadonlyMap<string, Tensor> {
  const averages = averagesIn(tensors);
  if (key === undefined) {
    if (averages.length > 0) throw severalSets(file, ['', ...averages]);
    return tensors;
  }
  if (key === TOP) {
    const isOwn = (name: string): boolean => !averages.some((prefix) => name.startsWith(`${prefix}.`));
    return new Map([...tensors].filter(([name]) => isOwn(name)));
  }
  const chosen = under(tensors, key);
  if (chosen.size === 0) throw noSuchSet(file, key, averages.length > 0 ? ['', ...averages] : []);
  return chosen;
}

/** What the names of averages begin with: other tensors have the same names behind another beginning, and the same shapes. */
function averagesIn(tensors: ReadonlyMap<string, Shaped>): string[] {
  const prefixes = new Set<string>();
  for (const name of tensors.keys()) {
    const parts = name.split('.');
    const at = parts.findIndex((part) => AVERAGE.test(part));
    if (at >= 0 && at < parts.length - 1) prefixes.add(parts.slice(0, at + 1).join('.'));
  }
  return [...prefixes].slice(0, MOST_AVERAGES).filter((prefix) => {
    const own = under(tensors, prefix);
    const parent = prefix.includes('.') ? `${prefix.slice(0, prefix.lastIndexOf('.'))}.` : '';
    const others = [...tensors].filter(([name]) => name.startsWith(parent) && !name.startsWith(`${prefix}.`));
    const known = new Set(
      others.flatMap(([name, { shape }]) => {
        const rest = name.slice(parent.length);
        // With and without a beginning of its own.
        return [rest, rest.slice(rest.indexOf('.') + 1)].map((each) => `${each} ${shape}`);
      }),
    );
    const weights = [...own].filter(([name]) => /(^|\.)(weight|bias)$/.test(name));
    return weights.length > 0 && weights.every(([name, { shape }]) => known.has(`${name} ${shape}`));
  });
}

/** The tensors whose names begin with a key, without it. */
function under<Tensor>(tensors: ReadonlyMap<string, Tensor>, key: string): Map<string, Tensor> {
  const start = `${key}.`;
  return new Map(
    [...tensors].flatMap(([name, tensor]) =>
      name.startsWith(start) ? [[name.slice(start.length), tensor] as const] : [],
    ),
  );
}

/** Counts and seeds of a campaign. */

import { parseArgs } from 'node:util';

/**
 * Whole numbers by their flags, `--seed 1`, each with what it is where it is not given.
 * @throws Error naming the flag that has another value, or is none
 */
export function readNumbers<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, number>>,
): Record<Name, number> {
  const names = Object.keys(defaults) as Name[];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArgs({ args: [...args], options });
  const numbers: Record<Name, number> = { ...defaults };
  for (const name of names) {
    const text = values[name];
    if (text === undefined) continue;
    if (typeof text !== 'string' || !/^\d{1,12}$/.test(text))
      throw new Error(`--${name} must be a whole number.`);
    numbers[name] = Number(text);
  }
  return numbers;
}

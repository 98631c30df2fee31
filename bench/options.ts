/** The bench's own flags. */

import { parseArgs } from 'node:util';

export const parts = ['ladder', 'train', 'use', 'growth', 'page'] as const;
export type Part = (typeof parts)[number];

export interface Options {
  readonly only: readonly Part[];
  /** How often each measurement is taken. */
  readonly repeats: number;
  /** The most training steps of one measurement. */
  readonly steps: number;
  /** Seconds that one measurement may take, about: a slow contender takes fewer steps. */
  readonly budget: number;
  readonly python: readonly string[];
  readonly write: boolean;
}

export const usage = `npm run bench -- [options]

Measures Couture beside OpenBLAS, PyTorch, jax-js and TensorFlow.js in one run and writes docs/benchmarks.md.

  --only PARTS           of ${parts.join(', ')}; separated by commas. Default: all
  --repeats N            how often each measurement is taken, in turns (default 5)
  --steps N              most training steps of one measurement (default 750, an epoch)
  --quick                2 repeats of at most 60 steps: to see that it runs; writes nothing
  --no-write             print the tables, write nothing; so does --only
  --python COMMAND       a Python with PyTorch and numpy (default: the first of python3, /usr/bin/python3)
  -h, --help             this text
`;

/** @throws Error with a sentence for whoever typed it */
export function readOptions(args: string[]): Options | undefined {
  const { values } = parseArgs({
    args,
    options: {
      only: { type: 'string' },
      repeats: { type: 'string' },
      steps: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-write': { type: 'boolean', default: false },
      python: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const only = (values.only?.split(',') ?? [...parts]).map(checkPart);
  return {
    only,
    repeats: count('--repeats', values.repeats, values.quick ? 2 : 5),
    steps: count('--steps', values.steps, values.quick ? 60 : 750),
    budget: values.quick ? 0.3 : 0.9,
    python: values.python ? [values.python] : ['python3', '/usr/bin/python3'],
    write: !values['no-write'] && !values.quick && values.only === undefined,
  };
}

function checkPart(name: string): Part {
  const part = parts.find((known) => known === name.trim());
  if (!part) throw new Error(`Unknown part "${name}": the parts are ${parts.join(', ')}.`);
  return part;
}

function count(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${flag} takes a whole number above 0, not "${text}".`);
  return value;
}

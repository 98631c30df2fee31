/** The bench's own flags. */

import { parseArgs } from 'node:util';

/** Parts of a run, in order. */
export const parts = ['ladder', 'train', 'whole', 'use', 'zeros', 'growth', 'page'] as const;
/** Parts that have results of their own, and so are asked for by their names: half an hour; what a GPU is needed for. */
export const alone = ['time-to', 'gpu-page'] as const;
export type Part = (typeof parts)[number] | (typeof alone)[number];

export interface Options {
  readonly parts: readonly Part[];
  /** How often each measurement is taken. */
  readonly repeats: number;
  /** The most training steps of one measurement. */
  readonly steps: number;
  /** Seconds that one measurement may take, about: a slow contender takes fewer steps. */
  readonly budget: number;
  /** Epochs before those that Couture is measured in as trained. */
  readonly trainedEpochs: number;
  /** The most epochs of a whole training. */
  readonly wholeEpochs: number;
  readonly quick: boolean;
  readonly python: readonly string[];
  /** Write what was measured, and the page. */
  readonly write: boolean;
  /** Recipes whose time to an accuracy is measured again; undefined for all. */
  readonly recipes: readonly string[] | undefined;
  /** Measure nothing, and write the page again from what is stored. */
  readonly render: boolean;
}

export const usage = `npm run bench -- [options] [part ...]

Measures Couture beside OpenBLAS, PyTorch, jax-js and TensorFlow.js in one run and writes docs/benchmarks.md.

Parts: ${parts.join(', ')}; by default these, in about ten minutes. A run of some prints them and
writes nothing, but for one that is only asked for by its name and whose results are stored and shown by
a page: time-to, half an hour; gpu-page, WebGPU in pages, which docs/gpu.md shows.

  --repeats N            how often each measurement is taken, in turns (default 5)
  --steps N              most training steps of one measurement (default 750, an epoch)
  --recipes NAMES        of time-to, measure these again; the others were measured on the same day and machine
  --quick                little of everything: to see that it runs; writes nothing
  --no-write             print the tables, write nothing
  --render               measure nothing, write the page again from what is stored
  --python COMMAND       a Python with PyTorch and numpy (default: the first of python3, /usr/bin/python3)
  -h, --help             this text
`;

/** @throws Error with a sentence for whoever typed it */
export function readOptions(args: string[]): Options | undefined {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      repeats: { type: 'string' },
      steps: { type: 'string' },
      recipes: { type: 'string' },
      quick: { type: 'boolean', default: false },
      'no-write': { type: 'boolean', default: false },
      render: { type: 'boolean', default: false },
      python: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return undefined;
  const { quick, render } = values;
  const chosen = positionals.length === 0 ? [...parts] : positionals.map(checkPart);
  const isWhole = positionals.length === 0 || chosen.every((part) => part === chosen[0] && isAlone(part));
  return {
    parts: render ? [] : chosen,
    repeats: count('--repeats', values.repeats, quick ? 2 : 5),
    steps: count('--steps', values.steps, quick ? 60 : 750),
    budget: quick ? 0.15 : 0.8,
    trainedEpochs: quick ? 1 : 10,
    wholeEpochs: quick ? 2 : Number.POSITIVE_INFINITY,
    quick,
    recipes: values.recipes?.split(','),
    python: values.python ? [values.python] : ['python3', '/usr/bin/python3'],
    write: render || (isWhole && !values['no-write'] && !quick),
    render,
  };
}

function isAlone(part: Part): boolean {
  return alone.some((name) => name === part);
}

function checkPart(name: string): Part {
  const part = [...parts, ...alone].find((known) => known === name);
  if (!part) throw new Error(`Unknown part "${name}": the parts are ${[...parts, ...alone].join(', ')}.`);
  return part;
}

function count(flag: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`${flag} takes a whole number above 0, not "${text}".`);
  return value;
}

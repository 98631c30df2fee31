/** The benchmark table as an objective: the real losses of small networks, so that a search of a hundred trials takes a moment. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fork, keyFromSeed, RandomStream } from '../../src/core/philox.ts';
import type { PrunerName } from '../../src/search/pruners/index.ts';
import type { SamplerName } from '../../src/search/samplers/index.ts';
import { Search } from '../../src/search/search.ts';
import type { AnyValues } from '../../src/search/space.ts';
import { TABLE_EPOCHS, TABLE_SEEDS, tablePoints, tableSpace } from './table-space.ts';

const path = fileURLToPath(new URL('table.csv', import.meta.url));

/** The table: losses by epoch of each point, and how much a seed changes them. */
export class Table {
  readonly #curves: ReadonlyMap<string, readonly number[]>;
  /** The lowest loss of all networks. */
  readonly best: number;
  /** Standard deviation of the logarithm of a network's lowest loss over seeds. */
  readonly noise: number;

  constructor(text = readFileSync(path, 'utf8')) {
    const curves = new Map<string, number[]>();
    for (const line of text.split('\n').filter((each) => /^\d/.test(each))) {
      const [place, seed, ...losses] = line.split(',').map(Number);
      if (losses.length !== TABLE_EPOCHS)
        throw new Error(`The line of point ${place} has ${losses.length} losses.`);
      curves.set(
        `${place},${seed}`,
        losses.map((loss) => loss / 1000),
      );
    }
    const differences: number[] = [];
    this.#curves = new Map(
      tablePoints().map((values, place) => {
        const [first, second] = TABLE_SEEDS.map((seed) => curves.get(`${place},${seed}`));
        if (first === undefined) throw new Error(`The table lacks point ${place}.`);
        if (second !== undefined)
          differences.push(Math.abs(Math.log(Math.min(...first) / Math.min(...second))));
        return [keyOf(values), first];
      }),
    );
    this.best = Math.min(...[...this.#curves.values()].flat());
    // The median, because networks that diverge with one seed are no noise; 0.6745 is that of a normal number's size. The
    // difference of two seeds has twice the variance of one.
    differences.sort((a, b) => a - b);
    this.noise = differences[differences.length >> 1] / 0.6745 / Math.SQRT2;
  }

  /** The losses of some values by epoch. */
  at(values: AnyValues): readonly number[] {
    const curve = this.#curves.get(keyOf(values));
    if (curve === undefined) throw new Error(`The table has no ${JSON.stringify(values)}.`);
    return curve;
  }
}

/** The values in the order of the space, whatever the order they came in. */
function keyOf(values: AnyValues): string {
  return JSON.stringify(Object.keys(tableSpace).map((name) => values[name] ?? null));
}

/** A search of the table. */
export interface TableSearch {
  readonly table: Table;
  readonly sampler: SamplerName;
  readonly pruner: PrunerName;
  readonly seed: number;
  /** Epochs of all trials together. */
  readonly epochs: number;
}

/** How a search of the table went. */
interface TableResult {
  readonly search: Search<typeof tableSpace>;
  /** After each epoch spent, the regret of the best trial; infinite before the first complete trial. */
  readonly regrets: readonly number[];
}

/**
 * Searches until the epochs are spent. A trial sees the losses of its point times a random factor, as of another seed; its value is
 * the lowest of them. The regret compares losses without the factor, so that a lucky seed does not count.
 */
export function searchTable({ table, sampler, pruner, seed, epochs }: TableSearch): TableResult {
  const search = new Search({ space: tableSpace, sampler, pruner, seed, steps: TABLE_EPOCHS });
  const random = new RandomStream(fork(keyFromSeed(seed), 'table'));
  const regrets: number[] = [];
  while (regrets.length < epochs) {
    const { number, values } = search.ask();
    const factor = Math.exp(table.noise * normalOf(random));
    const curve = table.at(values).map((loss) => loss * factor);
    let going = true;
    for (let epoch = 1; epoch <= TABLE_EPOCHS && going && regrets.length < epochs; epoch++) {
      going = search.report(number, epoch, curve[epoch - 1]) === 'continue';
      if (going && epoch === TABLE_EPOCHS) search.tell(number, Math.min(...curve));
      const { best } = search;
      regrets.push(
        best === undefined ? Number.POSITIVE_INFINITY : Math.min(...table.at(best.values)) - table.best,
      );
    }
  }
  return { search, regrets };
}

/** A normal number, by the method of Box and Muller. */
function normalOf(random: RandomStream): number {
  const radius = Math.sqrt(-2 * Math.log(1 - random.nextFloat()));
  return radius * Math.cos(2 * Math.PI * random.nextFloat());
}

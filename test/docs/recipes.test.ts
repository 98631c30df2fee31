/** What recipes say of themselves is what `couture seeds` wrote into the documentation. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seedsText } from '../../src/cli/seeds-table.ts';
import { duration, percent } from '../../src/cli/ui/format.ts';
import { recipes } from '../../src/train/recipes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The cells of each recipe's row in the pages' tables, and on how many threads it was measured. */
const rows = new Map<string, { cells: string[]; threads: number }>();
for (const page of ['README.md', 'docs/accuracy.md']) {
  const text = readFileSync(`${root}/${page}`, 'utf8');
  for (const [, , block] of text.matchAll(/<!-- table:(seeds[\w-]*) -->\n(.*?)<!-- \/table:\1 -->/gs)) {
    const threads = Number(/(\d+) threads?\)/.exec(block)?.[1]);
    for (const [line, name] of block.matchAll(/^\| `([\w-]+)` .*$/gm)) {
      const cells = line.split('|').map((cell) => cell.trim());
      rows.set(name, { cells: cells.slice(2, -1), threads });
    }
  }
}

test('every recipe that was measured is in a table, with what it says of itself', () => {
  const names = Object.entries(recipes).flatMap(([name, { measured }]) => (measured === null ? [] : name));
  assert.deepEqual([...rows.keys()].sort(), names.sort());
  for (const [name, { measured, published }] of Object.entries(recipes)) {
    if (measured === null) continue;
    const { cells, threads } = rows.get(name)!;
    const [seeds, accuracy, , training, figure] = cells;
    assert.equal(seeds, seedsText(measured.seeds), name);
    assert.equal(
      accuracy,
      `**${percent(measured.mean)}** ± ${(measured.spread * 100).toFixed(2)}`,
      `${name}: accuracy`,
    );
    assert.equal(training, duration(measured.seconds), `${name}: time`);
    assert.equal(measured.threads, threads, `${name}: threads`);
    assert.equal(figure, published === null ? '' : percent(published), `${name}: published`);
  }
});

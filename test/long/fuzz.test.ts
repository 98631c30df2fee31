/** The campaign of scripts/soak/fuzz.ts in small: no reader has a fault, and one that has is found out. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plantedFaults } from '../../scripts/soak/fuzz/readers/planted.ts';
import { readers } from '../../scripts/soak/fuzz/readers.ts';
import { runFuzz } from '../../scripts/soak/fuzz.ts';

test('20,000 inputs: each is read rightly or refused in a sentence', async () => {
  const { failures, counts } = await runFuzz({ count: 20_000, seed: 14 });
  const found = failures.map(({ reader, number, fault, words }) => `${reader} ${number}: ${fault}: ${words}`);
  assert.deepEqual(found.slice(0, 20), []);
  const all = [...counts.values()];
  const tried = all.reduce((sum, { read, refused }) => sum + read + refused, 0);
  assert.ok(tried >= 19_900, `${tried} inputs`);
  for (const { name } of readers) assert.ok((counts.get(name)?.read ?? 0) > 0, `nothing was read by ${name}`);
});

test('a fault of each kind is found, at its input', async () => {
  const { failures } = await runFuzz({ count: 20, seed: 14, only: ['planted'], processes: 1 });
  const found = failures.map(({ number, fault }) => [number, fault] as const).sort(([a], [b]) => a - b);
  assert.deepEqual(found, [...plantedFaults]);
});

test('an input is the same whenever it is made', async () => {
  const { drawTrial } = await import('../../scripts/soak/fuzz/verdict.ts');
  // Locks are told by the name of the machine; all else is a function of the seed.
  for (const reader of readers.filter(({ name }) => name !== 'locks'))
    for (const number of [0, 1, 2, 3]) {
      const [first, second] = [await drawTrial(reader, 14, number), await drawTrial(reader, 14, number)];
      assert.ok(Buffer.from(first.input).equals(second.input), `${reader.name} ${number}`);
    }
});

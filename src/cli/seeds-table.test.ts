import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SeedResult, seedsTable, seedsText, summarizeRecipe } from './seeds-table.ts';

const sum = 'a'.repeat(64);
function result(seed: number, testAccuracy: number): SeedResult {
  return {
    recipe: 'baseline',
    seed,
    run: `runs/train/baseline-seed${seed}`,
    metrics: {
      version: 1,
      testAccuracy,
      testInterval: { low: 0.8, high: 0.9 },
      testLoss: 0.3,
      perClass: [],
      macro: { precision: 0.88, recall: 0.88, f1: 0.88 },
      confusion: [],
      bestEpoch: 20,
      epochs: 25,
      validationLoss: 0.3,
      validationAccuracy: 0.88,
      seconds: 10 * seed,
      weightsSha256: sum,
      lastSha256: sum,
    },
    env: {
      couture: '0.1.0',
      node: '24.0.0',
      v8: '13',
      platform: 'linux x64',
      cpu: 'A CPU',
      cores: 2,
      backend: { name: 'wasm', variant: 'simd128', threads: 2 },
      started: '2025-11-23T20:00:00.000Z',
    },
  };
}

test('a row has the mean, the sample deviation and the range', () => {
  const row = summarizeRecipe('baseline', [result(1, 0.87), result(2, 0.88), result(3, 0.89)], 0.8742);
  assert.ok(Math.abs(row.mean - 0.88) < 1e-12 && Math.abs((row.spread ?? 0) - 0.01) < 1e-12);
  assert.deepEqual([row.min, row.max, row.seconds, row.published], [0.87, 0.89, 20, 0.8742]);
  assert.equal(summarizeRecipe('baseline', [result(1, 0.87)], null).spread, null);
});

test('the table is Markdown and says on what it was measured', () => {
  const results = [result(1, 0.87), result(2, 0.88), result(3, 0.89)];
  const text = seedsTable([summarizeRecipe('baseline', results, 0.8742)], results);
  assert.match(
    text,
    /^\| `baseline` \| 1 to 3 \| \*\*88\.00%\*\* ± 1\.00 +\| 87\.00% to 89\.00% \| +20 s \| 87\.42% +\|$/m,
  );
  assert.match(
    text,
    /couture 0\.1\.0, wasm \(simd128, 2 threads\), Node 24\.0\.0, A CPU \(2 cores\); 2025-11-23\./,
  );
});

test('seeds are shortened where they follow each other', () => {
  assert.equal(seedsText([3, 1, 2]), '1 to 3');
  assert.equal(seedsText([1, 2]), '1, 2');
  assert.equal(seedsText([1, 2, 4]), '1, 2, 4');
});

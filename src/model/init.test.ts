import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gray, inputFor } from '../../test/dataset-fixture.ts';
import { keyFromSeed } from '../core/philox.ts';
import { type Initializer, initialize } from './init.ts';
import { planModel } from './plan.ts';
import { multilayer } from './spec.ts';

const image = inputFor(gray(12, 10));
const plan = planModel(multilayer(120, [200, 40], 10));

function weightOf(initializer: Initializer, name = 'fc1.weight'): Float32Array {
  const values = initialize(plan, keyFromSeed(3), initializer, image);
  return values.get(name) ?? new Float32Array();
}

const variance = (values: Float32Array): number =>
  values.reduce((sum, value) => sum + value ** 2, 0) / values.length;

describe('first weights', () => {
  test('have the variances that their papers ask for', () => {
    for (const [initializer, expected] of [
      ['torch', 1 / (3 * 120)],
      ['kaiming', 2 / 120],
      ['xavier', 2 / (120 + 200)],
      ['orthogonal', 2 / 200],
      ['local', 2 / 120],
    ] as const) {
      const ratio = variance(weightOf(initializer)) / expected;
      assert.ok(Math.abs(ratio - 1) < 0.02, `${initializer}: ${ratio} times the variance`);
    }
  });

  test('are orthogonal where asked, by rows or by columns', () => {
    const dot = (values: Float32Array, a: number, b: number, stride: number, step: number, size: number) => {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += values[a * stride + i * step] * values[b * stride + i * step];
      return sum;
    };
    const tall = weightOf('orthogonal');
    const wide = weightOf('orthogonal', 'fc2.weight');
    for (const [a, b] of [
      [0, 0],
      [0, 1],
      [39, 7],
      [39, 39],
    ]) {
      const expected = a === b ? 2 : 0;
      assert.ok(Math.abs(dot(tall, a, b, 1, 120, 200) - expected) < 1e-6, `columns ${a} and ${b}`);
      assert.ok(Math.abs(dot(wide, a, b, 200, 1, 200) - expected) < 1e-6, `rows ${a} and ${b}`);
    }
  });

  test('are local where asked: 0 outside a disc, and every unit with a disc of its own', () => {
    const values = weightOf('local');
    const widths = new Set<number>();
    for (let unit = 0; unit < 200; unit++) {
      const row = values.subarray(unit * 120, (unit + 1) * 120);
      const places = Array.from(row.keys()).filter((pixel) => row[pixel] !== 0);
      const columns = places.map((pixel) => pixel % 10);
      const rows = places.map((pixel) => Math.floor(pixel / 10));
      const [across, down] = [columns, rows].map((all) => Math.max(...all) - Math.min(...all));
      assert.ok(across <= 2 * 0.6 * 12 && down <= 2 * 0.6 * 12, `unit ${unit} is ${across} by ${down}`);
      widths.add(places.length);
      assert.ok(Math.abs(variance(row) * 120 - 2) < 1e-5, 'each unit has the same length');
    }
    assert.ok(widths.size > 20, `${widths.size} sizes of patches`);
    assert.ok(values.filter((value) => value === 0).length > 0.3 * values.length);
  });

  test('of a hidden layer do not know of pixels, and only torch has biases', () => {
    assert.deepEqual(weightOf('local', 'fc2.weight'), weightOf('kaiming', 'fc2.weight'));
    assert.ok(weightOf('torch', 'fc1.bias').some((value) => value !== 0));
    assert.ok(weightOf('xavier', 'fc1.bias').every((value) => value === 0));
  });
});

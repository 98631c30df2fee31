import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { argMax } from '../core/arg-max.ts';
import { evaluateLogProbabilities, wilsonInterval } from './metrics.ts';

const names = ['cat', 'dog', 'owl'];
const log = (rows: number[][]): Float32Array => Float32Array.from(rows.flat(), (p) => Math.log(p));

test('a small case worked by hand', () => {
  const evaluation = evaluateLogProbabilities(
    log([
      [0.5, 0.25, 0.25],
      [0.25, 0.5, 0.25],
      [0.5, 0.25, 0.25],
      [0.25, 0.25, 0.5],
    ]),
    Uint16Array.of(0, 1, 1, 2),
    names,
  );
  assert.equal(evaluation.correct, 3);
  assert.equal(evaluation.accuracy, 0.75);
  assert.deepEqual(evaluation.confusion, [
    [1, 0, 0],
    [1, 1, 0],
    [0, 0, 1],
  ]);
  assert.ok(Math.abs(evaluation.loss - (3 * Math.log(2) + Math.log(4)) / 4) < 1e-7);
  assert.deepEqual(evaluation.perClass[0], { name: 'cat', precision: 0.5, recall: 1, f1: 2 / 3, support: 1 });
  assert.deepEqual(evaluation.perClass[1], { name: 'dog', precision: 1, recall: 0.5, f1: 2 / 3, support: 2 });
  assert.deepEqual(evaluation.macro, {
    precision: 2.5 / 3,
    recall: 2.5 / 3,
    f1: (2 / 3 + 2 / 3 + 1) / 3,
  });
});

test('a class that is never there and never called has zeros, not NaN', () => {
  const { perClass, macro } = evaluateLogProbabilities(log([[0.8, 0.1, 0.1]]), Uint16Array.of(0), names);
  assert.deepEqual(perClass[2], { name: 'owl', precision: 0, recall: 0, f1: 0, support: 0 });
  assert.deepEqual(macro, { precision: 1, recall: 1, f1: 1 }, 'the means are of what occurs');
});

test('of equal values the lowest index is predicted', () => {
  assert.equal(argMax([1, 3, 3, 2]), 1);
  assert.equal(argMax([9, 0, 1, 1], 1, 3), 1);
  const { confusion } = evaluateLogProbabilities(new Float32Array(3).fill(-1), Uint16Array.of(2), names);
  assert.deepEqual(confusion[2], [1, 0, 0]);
});

test("Wilson's interval ends where the score test turns, and stays within 0 and 1", () => {
  const z2 = 1.959963984540054 ** 2;
  for (const bound of Object.values(wilsonInterval(8742, 10_000)))
    assert.ok(Math.abs((0.8742 - bound) ** 2 - (z2 * bound * (1 - bound)) / 10_000) < 1e-12);
  assert.deepEqual(wilsonInterval(0, 0), { low: 0, high: 1 });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e6 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (total, share) => {
        const count = Math.round(total * share);
        const interval = wilsonInterval(count, total);
        assert.ok(interval.low >= 0 && interval.high <= 1);
        assert.ok(interval.low <= count / total + 1e-12 && interval.high >= count / total - 1e-12);
      },
    ),
  );
});

test('what is not finite or does not fit is refused', () => {
  const evaluate = (values: number[], labels: number[]) => () =>
    evaluateLogProbabilities(Float32Array.from(values), Uint16Array.from(labels), names);
  assert.throws(evaluate([-1, Number.NaN, -1], [0]), { kind: 'runtime', message: /Image 0/ });
  assert.throws(evaluate([-1, Number.NEGATIVE_INFINITY, -1], [0]), { kind: 'runtime' });
  assert.throws(evaluate([-1, -1], [0]), { kind: 'runtime' });
  assert.throws(evaluate([], []), { kind: 'runtime' });
  assert.throws(evaluate([-1, -1, -1], [3]), { kind: 'runtime' });
});

test('counts add up whatever the figures', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.float({ min: -9, max: 0, noNaN: true })), { minLength: 1 }),
      (rows) => {
        const values = Float32Array.from(rows.flatMap(([, value]) => [value, -2, -3]));
        const labels = Uint16Array.from(rows, ([label]) => label);
        const evaluation = evaluateLogProbabilities(values, labels, names);
        assert.equal(
          evaluation.confusion.flat().reduce((a, b) => a + b),
          rows.length,
        );
        assert.equal(
          evaluation.perClass.reduce((sum, { support }) => sum + support, 0),
          rows.length,
        );
        assert.equal(
          evaluation.confusion.reduce((sum, row, i) => sum + row[i], 0),
          evaluation.correct,
        );
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeUpAudit, madeUpSplits } from '../../test/figures/audit-fixture.ts';
import { type Audit, auditSchema } from './audit.ts';
import { auditExamples } from './examples.ts';
import { accuracyWithout, countDuplicates, findConflicts, leftOut, surestOfBoth } from './summary.ts';

const { duplicates, labels } = madeUpAudit;

test('copies are counted by image, kind and split; what is near to one of a group is near to all of it', () => {
  assert.deepEqual(countDuplicates(duplicates), {
    exact: { withinTrain: 2, withinTest: 2, testInTrain: 1 },
    near: { withinTrain: 0, withinTest: 4, testInTrain: 1 },
    mirrored: { withinTrain: 2, withinTest: 0, testInTrain: 0 },
    any: { withinTrain: 4, withinTest: 6, testInTrain: 2 },
  });
});

test('left out are the test images with copies in training, and the suspects of the test split', () => {
  assert.deepEqual(leftOut(madeUpAudit), { duplicates: new Set([0, 5]), suspects: new Set([5, 9]) });
});

test('a test image whose copy is near to a training image is left out as well', () => {
  const image = (split: 'train' | 'test', index: number) => ({ split, index, label: 0 });
  const near = [{ kind: 'near' as const, first: image('train', 4), second: image('test', 1), distance: 0 }];
  const exact = [[image('test', 1), image('test', 8)]];
  const audit = { ...madeUpAudit, duplicates: { threshold: 0.1, exact, near } };
  assert.deepEqual(leftOut(audit).duplicates, new Set([1, 8]));
});

test('conflicts are copies with different labels', () => {
  const { exact, near } = findConflicts(duplicates);
  // Labels are the index modulo 3.
  assert.deepEqual(
    exact.map(([first]) => `${first.split} ${first.index}`),
    ['test 1'],
  );
  assert.deepEqual(
    near.map(({ second }) => second.index),
    [5],
  );
});

test('accuracies are of the images that are left, beside the plain one', () => {
  const { labels: truth } = madeUpSplits.test;
  const wrong = [0, 9, 11];
  const predicted = truth.map((label, i) => (wrong.includes(i) ? (label + 1) % 3 : label));
  const { all, withoutDuplicates, withoutSuspects, withoutBoth } = accuracyWithout(
    madeUpAudit,
    predicted,
    truth,
  );
  const counts = [all, withoutDuplicates, withoutSuspects, withoutBoth].map(({ correct, images }) => [
    correct,
    images,
  ]);
  assert.deepEqual(counts, [
    [9, 12],
    [8, 10],
    [8, 10],
    [8, 9],
  ]);
  assert.equal(withoutBoth.accuracy, 8 / 9);
  assert.ok(withoutBoth.interval.low < 8 / 9 && withoutBoth.interval.high > 8 / 9);
  assert.throws(() => accuracyWithout(madeUpAudit, predicted.slice(1), truth), { kind: 'usage' });
});

test('an audit that names everything leaves nothing, and says so without dividing by it', () => {
  const suspects = Array.from({ length: 12 }, (_, index) => ({ ...labels.suspects[3], index }));
  const audit = { ...madeUpAudit, labels: { ...labels, suspects } };
  const { labels: truth } = madeUpSplits.test;
  assert.deepEqual(accuracyWithout(audit, truth, truth).withoutSuspects, {
    images: 0,
    correct: 0,
    accuracy: 0,
    interval: { low: 0, high: 1 },
  });
});

test('the surest are taken from both splits', () => {
  const names = (most: number) =>
    surestOfBoth(labels.suspects, most).map(({ split, index }) => `${split} ${index}`);
  assert.deepEqual(names(2), ['train 12', 'test 5']);
  assert.deepEqual(names(4), ['train 12', 'train 13', 'test 5', 'test 9']);
  assert.deepEqual(names(9).length, 5);
});

test('examples have the pixels, those with different labels and across the splits first', () => {
  const examples = auditExamples(madeUpAudit, madeUpSplits, { copies: 4, suspects: 1 });
  assert.deepEqual(examples.totals, { copies: 6, suspects: 5 });
  assert.deepEqual(
    examples.copies.map(
      ({ kind, first, second }) => `${kind} ${first.split} ${first.index} ${second.split} ${second.index}`,
    ),
    ['exact test 1 test 2', 'near train 0 test 5', 'exact train 0 test 0', 'exact train 0 train 3'],
  );
  const [suspect] = examples.suspects;
  assert.deepEqual(suspect.pixels, madeUpSplits.train.images.slice(12 * 30, 13 * 30));
});

test('the schema takes an audit as it was written, and none that points past the data', () => {
  assert.deepEqual(auditSchema.parse(JSON.parse(JSON.stringify(madeUpAudit))), madeUpAudit);
  const accepts = (change: (audit: Audit) => void): boolean => {
    const audit = structuredClone(madeUpAudit);
    change(audit);
    return auditSchema.safeParse(audit).success;
  };
  const cases: [accepted: boolean, change: (audit: Audit) => void][] = [
    [true, ({ labels: { suspects } }) => Object.assign(suspects[0], { index: 29 })],
    [false, ({ labels: { suspects } }) => Object.assign(suspects[0], { index: 30 })],
    [false, ({ labels: { suspects } }) => Object.assign(suspects[0], { suggested: 3 })],
    [false, ({ duplicates: { exact } }) => Object.assign(exact[0][2], { index: 12 })],
    [false, ({ duplicates: { near } }) => Object.assign(near[0].second, { label: 3 })],
  ];
  for (const [accepted, change] of cases) assert.equal(accepts(change), accepted, String(change));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { countingBackend } from '../../test/counting-backend.ts';
import { gray, makeDataset } from '../../test/dataset-fixture.ts';
import { makeImages, makeMembers } from '../../test/model-fixture.ts';
import { augmentedImage } from '../engine/augmented-image.ts';
import type { Augmentation, TrainingBatches } from '../engine/backend.ts';
import { createBackend } from '../engine/create.ts';
import type { Teacher } from '../train/teacher.ts';
import { Ensemble } from './ensemble.ts';
import { NetworkTeacher, type TeacherModel } from './network-teacher.ts';
import { RememberingTeacher } from './remembering-teacher.ts';

const classNames = ['a', 'b', 'c'];
const shape = gray(5, 4);
const members = makeMembers();
const images = makeImages(50, 20);
const indices = Uint32Array.from({ length: 33 }, (_, i) => (i * 7) % 50);
const augmentation: Augmentation = {
  options: { flip: true, shift: 1, rotate: 10, zoom: 0, shear: 0, elastic: 0, erase: 0 },
  mixing: { mixup: 0.4, cutmix: 0.4 },
  key: [1, 2],
};
const batches = { batchSize: 8, firstStep: 5, augmentation };

/** The batches' images, end to end. */
const drawn = Uint8Array.from(
  [...indices].flatMap((_, row) => {
    const first = row - (row % 8);
    const batch = indices.subarray(first, first + 8);
    return [...augmentedImage(images, shape, batch, augmentation, { place: row % 8, step: 5 + first / 8 })];
  }),
);

/** What an ensemble says of those images. */
async function probabilitiesOf({ members, temperature = 1 }: TeacherModel): Promise<number[]> {
  const backend = await createBackend();
  await using ensemble = new Ensemble({ members, temperature, classNames, backend });
  return Array.from(await ensemble.logProbabilities(drawn), Math.exp);
}

test('a teacher says of the images of a step what its models say of them, on average', async () => {
  const models = [{ members, temperature: 0.6 }, { members: [members[1]] }];
  const backend = await createBackend();
  const teacher = await NetworkTeacher.create(models, backend);
  const held = await backend.upload(images, shape);
  const found = await teacher.probabilities(held, indices, batches);
  const [several, one] = [await probabilitiesOf(models[0]), await probabilitiesOf(models[1])];
  assert.equal(found.length, 99);
  found.forEach((value, i) => {
    assert.ok(Math.abs(value - (several[i] + one[i]) / 2) < 1e-6, `${i}: ${value}`);
  });

  // Asked about a step at a time it says the same, to the bit.
  for (let step = 0; step < 5; step++) {
    const batch = indices.subarray(step * 8, step * 8 + 8);
    const part = await teacher.probabilities(held, batch, { ...batches, firstStep: 5 + step });
    assert.deepEqual(part, found.slice(step * 24, step * 24 + part.length));
  }
  teacher.dispose();
  await backend.dispose();
});

const dataset = makeDataset(shape, classNames, images, new Uint16Array(50));

test('one that remembers says the same to the bit, and asks once about every view of an image', async () => {
  const backend = await createBackend();
  const teacher = await NetworkTeacher.create([{ members }], backend);
  let asked = 0;
  const counting: Teacher = {
    probabilities: (held, rows, seen) => {
      asked += rows.length;
      return teacher.probabilities(held, rows, seen);
    },
  };
  const remembering = new RememberingTeacher(counting, dataset, backend);
  const held = await backend.upload(images, shape);
  const moves = { ...augmentation.options, rotate: 0 };
  const moved = { ...augmentation, options: moves, mixing: undefined };
  const compare = async (seen: TrainingBatches) => {
    const expected = await teacher.probabilities(held, indices, seen);
    assert.deepEqual(await remembering.probabilities(held, indices, seen), expected);
  };
  for (let step = 0; step < 400; step += 5)
    await compare({ ...batches, firstStep: step, augmentation: moved });
  // Nine moves of 33 images, mirrored or not.
  assert.ok(asked > 33 * 18 * 0.9 && asked <= 33 * 18, String(asked));

  // As it is it is an image of its own, asked about once as well.
  asked = 0;
  for (const firstStep of [0, 5]) await compare({ batchSize: 8, firstStep });
  assert.equal(asked, 33);

  // Turned and mixed images are new every time.
  for (const changed of [augmentation, { ...moved, mixing: augmentation.mixing }]) {
    asked = 0;
    for (const firstStep of [0, 5]) await compare({ ...batches, firstStep, augmentation: changed });
    assert.equal(asked, 66);
  }
  teacher.dispose();
  await backend.dispose();
});

test('a teacher without the weights of a member is refused, and holds nothing on the backend', async () => {
  const { backend, held } = await countingBackend();
  const [first, second] = members;
  const weights = new Map([...second.weights].slice(1));
  await assert.rejects(NetworkTeacher.create([{ members: [first, { ...second, weights }] }], backend), {
    kind: 'usage',
  });
  assert.equal(held.sessions, 0);
  const teacher = await NetworkTeacher.create([{ members }], backend);
  assert.equal(held.sessions, members.length);
  teacher.dispose();
  assert.equal(held.sessions, 0);
});

/** A run that learns from two others, on images made here. */

import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import type { DatasetInfo } from '../../src/data/dataset-info.ts';
import { formatSealed } from '../../src/runs/json.ts';
import { configSchema } from '../../src/train/settings.ts';
import { writeBars } from '../bars-data.ts';
import { couture, fillCache, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-distill-'));
const data = join(cwd, 'data');
const env = { XDG_CACHE_HOME: join(cwd, 'cache') };
const runs = join(cwd, 'runs/train');
before(async () => {
  await writeBars(data);
  await fillCache(data, env);
});
after(() => rm(cwd, { recursive: true, force: true }));

const result = {
  testAccuracy: z.number(),
  weightsSha256: z.string().length(64),
  lastSha256: z.string().length(64),
};
const teachers = ['first', 'second'];
const soft = [
  ...['--teacher', 'first, runs/train/second', '--distillation', '0.8'],
  ...['--mixup', '0.2', '--cutmix', '0.2', '--epochs', '4'],
];

/** The command that trains a small network, on a fifth of the images for the sake of speed. */
const training = (name: string, ...flags: string[]) => [
  ...['train', '--data', 'mnist', '--hidden', '16', '--validation', '0.8', '--epochs', '2'],
  ...['--threads', '1', '--name', name, '--json', ...flags],
];
const train = (name: string, ...flags: string[]) => couture(training(name, ...flags), { cwd, env });
const resume = (name: string) =>
  couture(['train', '--resume', name, '--threads', '1', '--json'], { cwd, env });
const readEnv = async (name: string) => JSON.parse(await readFile(join(runs, name, 'env.json'), 'utf8'));

test('a run learns from the mean of two, and can be resumed and reproduced', async (t) => {
  for (const [i, name] of teachers.entries()) {
    const { testAccuracy } = parseDocument(await train(name, '--seed', String(i)), result);
    assert.ok(testAccuracy > 0.8, String(testAccuracy));
  }
  const trained = await train('student', ...soft);
  const student = parseDocument(trained, result);
  // The student holds out what the second held out, and the first did not.
  assert.match(
    trained.err,
    /teacher runs.train.first was trained on images .* --split-seed 0 --validation 0\.8 /,
  );
  assert.doesNotMatch(trained.err, /teacher runs.train.second/);
  assert.ok(student.testAccuracy > 0.8, String(student.testAccuracy));
  const { teacherSha256 } = await readEnv('student');
  assert.match(teacherSha256, /^[0-9a-f]{64}$/);
  assert.equal((await readEnv('first')).teacherSha256, undefined);

  await t.test('of one teacher it learns something else', async () => {
    const alone = parseDocument(await train('alone', ...soft, '--teacher', 'first'), result);
    assert.notEqual((await readEnv('alone')).teacherSha256, teacherSha256);
    assert.notEqual(alone.weightsSha256, student.weightsSha256);
  });

  await t.test('a learning rate is found with the teacher, too', async () => {
    const search = (teacher: string) =>
      couture(
        [
          ...['lr-find', '--data', 'mnist', '--hidden', '16', '--steps', '30', '--threads', '1'],
          ...['--teacher', teacher, '--distillation', '1', '--json'],
        ],
        { cwd, env },
      );
    const shape = { curve: z.object({ losses: z.array(z.number()).min(1) }) };
    const first = parseDocument(await search('first'), shape);
    const second = parseDocument(await search('second'), shape);
    assert.notDeepEqual(second.curve.losses, first.curve.losses, 'another teacher, another loss');
  });

  await t.test('on two threads as well it comes out bit for bit', async () => {
    const args = ['reproduce', 'student', '--threads', '2', '--json'];
    const outcome = await couture(args, { cwd, env });
    assert.equal(parseDocument(outcome, { reproduced: z.boolean() }).reproduced, true);
  });

  await t.test('stopped and resumed it ends in the same bits', async () => {
    const cut = await couture(training('cut', ...soft), { cwd, env, interruptAt: /^epoch 1\/4/m });
    assert.equal(cut.code, 130);
    await cp(join(runs, 'cut'), join(runs, 'other'), { recursive: true });
    const resumed = parseDocument(await resume('cut'), result);
    assert.deepEqual(
      [resumed.weightsSha256, resumed.lastSha256],
      [student.weightsSha256, student.lastSha256],
    );
  });

  await t.test('with other teachers it is neither resumed nor reproduced', async () => {
    const [first, second] = teachers.map((name) => join(runs, name));
    await rename(first, join(cwd, 'kept'));
    await cp(second, first, { recursive: true });
    const outcomes = [await resume('other'), await couture(['reproduce', 'student'], { cwd, env })];
    await rm(first, { recursive: true });
    await rename(join(cwd, 'kept'), first);
    for (const { code, err } of outcomes) {
      assert.equal(code, 3);
      assert.match(err, /The teacher first, runs\/train\/second no longer has the weights/);
    }
    assert.equal(parseDocument(await resume('other'), result).weightsSha256, student.weightsSha256);
  });

  await t.test('a teacher that is missing, unfinished or of other data is refused', async () => {
    const refused = async (teacher: string, code: number, message: RegExp) => {
      const outcome = await train('never', '--teacher', teacher, '--distillation', '1');
      assert.equal(outcome.code, code, outcome.err);
      assert.match(outcome.err, message);
    };
    await refused(
      'frist',
      2,
      /teacher frist cannot be opened: There is no run or model "frist"\.\nDid you mean first\?/,
    );
    await rm(join(runs, 'cut/metrics.json'));
    await refused('first,cut', 2, /teacher runs.train.cut is not finished/);
    const file = join(runs, 'alone/config.json');
    const { sha256: _, ...stored } = z.looseObject({}).parse(JSON.parse(await readFile(file, 'utf8')));
    const config = configSchema.parse(stored);
    const put = async (change: Partial<DatasetInfo>) =>
      await writeFile(file, await formatSealed({ ...config, data: { ...config.data, ...change } }));
    const { splits } = config.data;
    assert.ok(splits.train);
    await put({ splits: { ...splits, train: { ...splits.train, labelsSha256: '0'.repeat(64) } } });
    await refused('alone', 3, /teacher runs.train.alone was trained with other images or labels \(mnist\)/);
    await put({ classNames: Array.from({ length: 10 }, (_, i) => `garment ${i}`) });
    await refused('alone', 3, /was trained with other classes/);
  });
});

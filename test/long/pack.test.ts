/** The commands that pack runs into model files and use these, on images made here. */

import assert from 'node:assert/strict';
import { copyFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sharp from 'sharp';
import * as z from 'zod';
import { decodeSealedFloats, encodeSealed } from '../../src/ship/sealed.ts';
import { barImage, barLabel, TEST_IMAGES, writeBars } from '../bars-data.ts';
import { couture, fillCache, type Outcome, parseDocument } from '../command.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-pack-'));
const data = join(cwd, 'data');
const models = join(cwd, 'shipped');
const env = { XDG_CACHE_HOME: join(cwd, 'cache'), COUTURE_MODELS: models };
after(() => rm(cwd, { recursive: true, force: true }));

const run = async (...args: string[]): Promise<Outcome> => await couture(args, { cwd, env });

/** A run of one epoch. Smoothed labels make it less sure than it may be: something for a temperature to do. */
async function train(name: string, ...flags: string[]): Promise<void> {
  const settings = ['--data', 'mnist', '--epochs', '1', '--batch-size', '256', '--label-smoothing', '0.2'];
  const { code, err } = await run('train', ...settings, ...flags, '--name', name);
  assert.equal(code, 0, err);
}

const share = z.number().min(0).max(1);
const figures = z.object({ images: z.number(), accuracy: share, loss: z.number(), ece: share });
const shape = {
  path: z.string(),
  bytes: z.number(),
  temperature: z.number(),
  members: z.array(z.object({ layers: z.array(z.object({ type: z.string() })) })),
  card: z.object({
    test: figures,
    validation: figures.nullable(),
    split: z.object({ seed: z.number() }).nullable(),
    calibration: z
      .object({
        before: z.object({ loss: z.number(), ece: share }),
        after: z.object({ loss: z.number(), ece: share }),
      })
      .nullable(),
  }),
};
const scored = { accuracy: share, loss: z.number(), ece: share, images: z.number() };

before(async () => {
  await writeBars(data);
  await fillCache(data, env);
  await mkdir(models);
  await train('first', '--hidden', '24', '--norm', 'batch', '--seed', '5');
  await train('second', '--hidden', '16,8', '--seed', '7', '--split-seed', '5');
  await train('stranger', '--hidden', '16', '--seed', '6');
  await train('zeroed', '--hidden', '16', '--seed', '5', '--pixels', 'from-zero');
});

test('one run packs into its network, with the figures that the run has', async () => {
  const packed = parseDocument(await run('pack', 'first', '--out', 'one.safetensors', '--json'), shape);
  assert.equal(packed.bytes, (await readFile(join(cwd, 'one.safetensors'))).length);
  assert.ok(packed.members[0].layers.every(({ type }) => type !== 'BatchNorm1d'));
  const ofRun = parseDocument(await run('evaluate', 'first', '--json'), scored);
  const ofFile = parseDocument(await run('evaluate', 'one.safetensors', '--json'), {
    ...scored,
    model: z.literal('one.safetensors'),
  });
  assert.ok(ofRun.accuracy > 0.5 && ofRun.accuracy < 1, String(ofRun.accuracy));
  // Folding rounds a little.
  assert.ok(Math.abs(ofFile.accuracy - ofRun.accuracy) <= 3 / TEST_IMAGES);
  assert.ok(Math.abs(ofFile.loss - ofRun.loss) < 1e-5);
  assert.deepEqual(
    [packed.card.test.accuracy, packed.card.test.loss, packed.card.test.ece],
    [ofFile.accuracy, ofFile.loss, ofFile.ece],
    'the card has what evaluate measures',
  );
  const unfolded = ['pack', 'first', '--out', 'unfolded.safetensors', '--no-fold', '--json'];
  const whole = parseDocument(await run(...unfolded), shape);
  assert.ok(whole.members[0].layers.some(({ type }) => type === 'BatchNorm1d'));
  assert.deepEqual([whole.card.test.accuracy, whole.card.test.loss], [ofRun.accuracy, ofRun.loss]);
});

test('an ensemble is packed, calibrated, evaluated on both splits, and packed again to the same bits', async () => {
  const args = ['first', 'second', '--precision', 'int8', '--flip', '--shift', '1', '--calibrate'];
  const packed = parseDocument(await run('pack', ...args, '--out', 'both.safetensors', '--json'), shape);
  const { calibration, validation, split } = packed.card;
  assert.ok(calibration && validation && split);
  assert.equal(packed.members.length, 2);
  assert.ok(packed.temperature < 0.95, `temperature ${packed.temperature}`);
  assert.ok(calibration.after.loss < calibration.before.loss);
  assert.equal(calibration.after.loss, validation.loss);
  const val = parseDocument(await run('evaluate', 'both.safetensors', '--split', 'val', '--json'), scored);
  assert.deepEqual([val.accuracy, val.loss, val.images], [validation.accuracy, validation.loss, 12_000]);
  const text = await run('pack', ...args, '--threads', '1', '--out', 'again/both.safetensors');
  assert.equal(text.code, 0, text.err);
  assert.match(text.out, /2 networks, int8, views of an image: 10, temperature 0\.\d+/);
  assert.match(
    text.out,
    /validation, temperature 1 +\d+\.\d\d% +\d\.\d{4} +\d+\.\d\d%\nvalidation, temperature 0/,
  );
  const [one, two] = ['both.safetensors', 'again/both.safetensors'].map((path) => readFile(join(cwd, path)));
  assert.deepEqual(await two, await one);
});

test('runs that held out different images make an ensemble without validation figures, and none to calibrate', async () => {
  const refused = await run('pack', 'first', 'stranger', '--calibrate', '--out', 'mixed.safetensors');
  assert.equal(refused.code, 2);
  assert.match(refused.err, /held out different images/);
  assert.ok(!(await readdir(cwd)).includes('mixed.safetensors'));
  const packed = await run('pack', 'first', 'stranger', '--out', 'mixed.safetensors');
  assert.match(packed.out, /held out different images, so there are no validation figures/);
  const val = await run('evaluate', 'mixed.safetensors', '--split', 'val');
  assert.deepEqual([val.code, /no validation images/.test(val.err)], [2, true]);
  assert.match((await run('card', 'mixed.safetensors')).out, /There are no figures for validation images/);
});

test('the networks of a model file join an ensemble as they are, and are repeated from their runs where these give the same', async () => {
  const pack = async (...args: string[]) => {
    const out = args.pop()!;
    const outcome = await run('pack', ...args, '--title', 'x', '--out', `x/${out}.safetensors`);
    assert.equal(outcome.code, 0, outcome.err);
    return await readFile(join(cwd, `x/${out}.safetensors`));
  };
  const int8 = ['--precision', 'int8'];
  const ofRuns = await pack('second', 'first', ...int8, '--shift', '1', 'runs');
  await pack('first', ...int8, 'first');
  assert.deepEqual(await pack('second', 'x/first.safetensors', ...int8, '--shift', '1', 'joined'), ofRuns);
  assert.deepEqual(await pack('second', 'one.safetensors', ...int8, '--shift', '1', 'exact'), ofRuns);
  // Views are the new ensemble's business.
  assert.deepEqual(
    await pack('x/runs.safetensors', ...int8, 'plain'),
    await pack('second', 'first', ...int8, 'again'),
  );

  // In another precision the file alone gives its weights.
  await pack('second', 'x/first.safetensors', 'other');
  const card = (await run('card', 'x/other.safetensors')).out;
  assert.match(card, /The card of first\.safetensors says how that file was made\./);
  assert.match(card, /npx couture pack second first\.safetensors --out other\.safetensors --title x/);
  assert.doesNotMatch(card, /--name first/);
});

test('a shipped model goes by its name and by its recipe, and asks as its file does', async () => {
  await run('pack', 'first', '--out', 'compact.safetensors', '--precision', 'float16');
  await copyFile(join(cwd, 'compact.safetensors'), join(models, 'compact.safetensors'));
  const png = await sharp(barImage(3), { raw: { width: 28, height: 28, channels: 1 } })
    .png()
    .toBuffer();
  await writeFile(join(cwd, 'three.png'), png);
  const answers = {
    model: z.string(),
    predictions: z.array(z.object({ label: z.string(), probabilities: z.array(z.number()).length(10) })),
  };
  const ask = async (...args: string[]) =>
    parseDocument(await run('predict', ...args, '--json'), answers).predictions[0];
  const byFile = await ask('compact.safetensors', 'three.png');
  assert.equal(byFile.label, String(barLabel(3)));
  assert.deepEqual(await ask('--recipe', 'compact', 'three.png'), byFile);
  assert.deepEqual(await ask('compact', 'three.png'), byFile);
  const byIndex = await ask('--recipe', 'compact', '--test-index', '3');
  assert.deepEqual(byIndex.probabilities, byFile.probabilities);
  const named = parseDocument(await run('evaluate', '--recipe', 'compact', '--json'), scored);
  const filed = parseDocument(await run('evaluate', 'compact.safetensors', '--json'), scored);
  assert.deepEqual([named.accuracy, named.loss], [filed.accuracy, filed.loss]);
  const shortened = ['pack', 'compact', '--precision', 'int8', '--out', 'short.safetensors'];
  assert.equal((await run(...shortened)).code, 0);
  assert.match((await run('card', 'short.safetensors')).out, /^npx couture pack compact --out short/m);
  const inspected = await run('inspect', 'compact');
  assert.equal(inspected.code, 2);
  assert.match(
    inspected.err,
    /"compact" is a model that comes with the package, but a run is expected here\./,
  );
  const evaluated = await run('evaluate', 'compact');
  assert.match(evaluated.out, /compact\.safetensors, test split, 10000 images/);
});

test('card prints what is in the file, with commands that make it again', async () => {
  const { out, code } = await run('card', 'both.safetensors');
  assert.equal(code, 0);
  assert.match(out, /^# MNIST by an ensemble of 2 networks\n/);
  const pack = /^npx couture (pack .*) --title '(.*)'$/m.exec(out);
  assert.ok(pack, out);
  const before = await readFile(join(cwd, 'both.safetensors'));
  assert.equal((await run(...pack[1].split(' '), '--title', pack[2])).code, 0);
  assert.deepEqual(await readFile(join(cwd, 'both.safetensors')), before);
  const trained = /^npx couture (train .*--name first)$/m.exec(out);
  assert.ok(trained, out);
  const again = await run(...trained[1].replace('--name first', '--name third').split(' '));
  assert.equal(again.code, 0, again.err);
  const sum = /\| 0 \| 5 \| 1 of 1 \| [\d.]+ \| `([0-9a-f]{64})` \|/.exec(out)?.[1];
  const metrics: unknown = JSON.parse(await readFile(join(cwd, 'runs/train/third/metrics.json'), 'utf8'));
  assert.equal(z.object({ weightsSha256: z.string() }).parse(metrics).weightsSha256, sum);
});

test('what cannot be packed or used is said before any work', async () => {
  const wrongs: [args: string[], code: number, message: RegExp][] = [
    [
      ['pack', 'first'],
      2,
      /--out is missing\.\nGive the file to write: couture pack first --out model\.safetensors/,
    ],
    [['pack', 'first', '--out', 'x.bin'], 2, /must end in \.safetensors, but it is "x\.bin"/],
    [['pack', 'firts', '--out', 'x.safetensors'], 2, /Did you mean first\?/],
    [['pack', 'first', 'first', '--out', 'x.safetensors'], 2, /runs.train.first is given twice/],
    [
      ['pack', 'first', 'one.safetensors', '--out', 'x.safetensors'],
      2,
      /network of the run first is given twice: by runs.train.first and by one\.safetensors/,
    ],
    [
      ['pack', 'first', 'zeroed', '--out', 'x.safetensors'],
      2,
      /first and .*zeroed were trained on differently prepared images.*setting pixels/s,
    ],
    [['pack', 'first', '--out', 'x.safetensors', '--precision', 'int4'], 2, /--precision must be .* "int4"/],
    [
      ['pack', 'first', '--out', 'x.safetensors', '--shift', '3'],
      2,
      /--shift must be a whole number from 0 to 2/,
    ],
    [['pack', 'first', '--out', 'x.safetensors', '--title', 'a\nb'], 2, /one line of at most 200/],
    [['predict', 'three.png'], 2, /but "three\.png" is an image.*\n.*predict compact three\.png/],
    [
      ['predict', 'one.safetensors', '--recipe', 'compact', '--test-index', '0'],
      2,
      /not both: with --recipe, "one\.safetensors" is an image/,
    ],
    [['card', 'first'], 2, /is a run.*\nPack it: npx couture pack/],
    [
      ['evaluate', '--recipe', 'baseline'],
      2,
      /No model of the recipe "baseline".*\nTrain one: npx couture train/,
    ],
    [['evaluate', '--recipe', 'compcat'], 2, /no recipe "compcat"\.\nDid you mean compact\?/],
    [['evaluate', 'first', '--recipe', 'compact'], 2, /not both: leave out "first"/],
    [['predict', 'both.safetensor', 'three.png'], 2, /no run or model "both\.safetensor"/],
    [['predict', 'three.safetensors', 'three.png'], 2, /no model file "three\.safetensors"/],
    [['predict', 'one.safetensors', 'three.png', '--weights', 'last'], 2, /one set of weights/],
    [['predict', 'runs/train/first/weights/best.safetensors', 'three.png'], 3, /not a model of Couture/],
    [['predict', 'broken.safetensors', 'three.png'], 3, /broken\.safetensors is not a readable safetensors/],
  ];
  await writeFile(join(cwd, 'broken.safetensors'), 'no model at all');
  const check = async ([args, code, message]: (typeof wrongs)[number]): Promise<void> => {
    const outcome = await (args[0] === 'card' ? run(...args) : run(...args));
    assert.match(outcome.err, message, args.join(' '));
    assert.deepEqual([outcome.code, outcome.out], [code, ''], args.join(' '));
  };
  for (let i = 0; i < wrongs.length; i += 4) await Promise.all(wrongs.slice(i, i + 4).map(check));
  assert.ok(!(await readdir(cwd)).includes('x.safetensors'), 'nothing is left of what failed');
});

test('weights that are not those of the run’s figures are not packed', async () => {
  const folder = join(cwd, 'runs/train/second/weights');
  const file = join(folder, 'best.safetensors');
  await copyFile(file, join(folder, 'kept'));
  const packWith = async (bytes: Uint8Array): Promise<Outcome> => {
    await writeFile(file, bytes);
    return await run('pack', 'second', '--out', 'y.safetensors');
  };
  const bytes = await readFile(file);
  const { tensors, metadata } = await decodeSealedFloats(bytes, file);
  tensors.get('fc1.bias')!.data[3] += 1;
  const others = await packWith(await encodeSealed(tensors, metadata));
  bytes[bytes.length - 2] ^= 1;
  const damaged = await packWith(bytes);
  await copyFile(join(folder, 'kept'), file);
  assert.deepEqual([others.code, damaged.code], [3, 3]);
  assert.match(others.err, /does not have the weights that metrics\.json lists/);
  assert.match(damaged.err, /best\.safetensors is damaged/);
});

test('other data than the card tells of is refused', async () => {
  const other = join(cwd, 'other');
  await cp(data, other, { recursive: true });
  const path = join(other, 't10k-labels-idx1-ubyte');
  const bytes = await readFile(path);
  bytes[100] = (bytes[100] + 1) % 10;
  await writeFile(path, bytes);
  const elsewhere = { ...env, XDG_CACHE_HOME: join(cwd, 'other-cache') };
  await fillCache(other, elsewhere);
  const outcome = await couture(['evaluate', 'one.safetensors'], { cwd, env: elsewhere });
  assert.equal(outcome.code, 3);
  assert.match(outcome.err, /test split of mnist is not the one that one\.safetensors was trained with/);
});

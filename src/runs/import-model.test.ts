import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTest, tinyTrain } from '../../test/tiny-data.ts';
import { imageSize } from '../data/image-shape.ts';
import { planModel } from '../model/plan.ts';
import { modelCard } from '../ship/card-text.ts';
import { encodeSafetensors, withShapes } from '../ship/safetensors.ts';
import { resolveConfig } from '../train/config.ts';
import { evaluateModel } from './evaluate.ts';
import { trainRun } from './experiment.ts';
import { exportModel } from './export.ts';
import { readModelFile } from './find-model.ts';
import { importCommand, importModel } from './import-model.ts';
import { packRuns } from './pack.ts';

const platform = memoryPlatform();
const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [8, 4], norm: 'batch', epochs: 2, batchSize: 8 },
});
const { run, metrics } = await trainRun(platform, { config, name: 'own' });
const tensors = withShapes(planModel(run.config.model).parameters, await run.loadWeights('best'));
await platform.store.write('bare.safetensors', encodeSafetensors(tensors, { format: 'pt' }));
const { pixels } = run.config.data.preprocessing;

test('bare weights with what only the user knows are the network that was trained, to the bit', async () => {
  const { model, modules } = await importModel(platform, 'bare.safetensors', 'in.safetensors', {
    ...{ activation: 'relu', pixels, data: tinyTrain.info },
    command: importCommand('bare.safetensors', { activation: 'relu', mean: [0.5], std: [0.5] }),
  });
  assert.deepEqual(modules, [['fc1', 'bn1', 'fc2', 'bn2', 'fc3']]);
  assert.deepEqual(model.members[0].spec, run.config.model);
  assert.equal(model.card.members[0].weightsSha256, metrics.weightsSha256);
  assert.equal(model.card.test?.accuracy, metrics.testAccuracy);
  assert.equal(model.card.test?.loss, metrics.testLoss);

  const read = await readModelFile(platform, 'in.safetensors');
  const evaluation = await evaluateModel(platform, read, 'test');
  assert.equal(evaluation.accuracy, metrics.testAccuracy);
  const card = modelCard(read.model, { name: 'in.safetensors', bytes: read.bytes });
  for (const line of [
    /Trained by another program, and imported from `bare\.safetensors` \(SHA-256 `[0-9a-f]{64}`\)\./,
    /npx couture import bare\.safetensors --activation relu --mean 0\.5 --std 0\.5 --out in\.safetensors/,
    /The license of the weights is that of the imported file\./,
  ])
    assert.match(card, line);
});

test('an export comes back without a question, from its folder too', async () => {
  await exportModel(platform, run.path, { to: 'pytorch', out: 'out' });
  const { model } = await importModel(platform, 'out', 'again.safetensors');
  assert.equal(model.card.members[0].weightsSha256, metrics.weightsSha256);
  assert.deepEqual(model.data, run.config.data);
  assert.equal(model.card.test, null);
  assert.match(modelCard(model, { name: 'again.safetensors', bytes: 1 }), /It was not measured/);
});

test('what would have no effect is refused', async () => {
  await exportModel(platform, run.path, { to: 'pytorch', out: 'own' });
  await assert.rejects(
    importModel(platform, 'own', 'x.safetensors', { activation: 'gelu', dropout: [0.2] }),
    {
      kind: 'usage',
      message: /^--activation and --dropout cannot be used: own\/model\.safetensors was exported by Couture/,
      hint: 'Leave out --activation and --dropout.',
    },
  );
  const layers = ['fc1', 'bn1', 'relu', 'fc2', 'bn2', 'relu', 'fc3'];
  await assert.rejects(
    importModel(platform, 'bare.safetensors', 'x.safetensors', { layers, activation: 'relu', pixels }),
    { kind: 'usage', message: '--activation cannot be used: --layers names every layer.' },
  );
});

test('everything that is missing is named in one sentence', async () => {
  await assert.rejects(importModel(platform, 'bare.safetensors', 'x.safetensors'), {
    kind: 'usage',
    message:
      'bare.safetensors does not say its activation, how pixels become numbers and its images and classes.',
    hint: /^Add --activation relu, --mean 0\.5 --std 0\.5 .*, --data SET or --shape 28x28 --classes NAME/,
  });
  const { height, width } = tinyTrain.info.shape;
  const shape = { height: height + 1, width, channels: 1 } as const;
  const { classNames } = tinyTrain.info;
  await assert.rejects(
    importModel(platform, 'bare.safetensors', 'x.safetensors', {
      activation: 'relu',
      pixels,
      shape,
      classNames,
    }),
    { kind: 'usage', message: /^The network of bare\.safetensors takes \d+ values and has \d+ classes, but/ },
  );
  assert.equal(await platform.store.kind('x.safetensors'), undefined);
});

test('a model file is not imported, and a changed export is refused', async () => {
  await packRuns(platform, [run], 'packed.safetensors');
  await assert.rejects(importModel(platform, 'packed.safetensors', 'x.safetensors'), {
    kind: 'usage',
    message: 'packed.safetensors is already a model file of Couture.',
  });
  const bytes = Uint8Array.from((await platform.store.read('out/model.safetensors', 2 ** 20)) ?? []);
  bytes[bytes.length - 1] ^= 1;
  await platform.store.write('changed.safetensors', bytes);
  await assert.rejects(importModel(platform, 'changed.safetensors', 'x.safetensors'), {
    kind: 'data',
    message: /do not match its SHA-256 digest/,
  });
});

test('an imported network and a run pack into an ensemble, whose card names the imported file', async () => {
  const { run: other } = await trainRun(platform, {
    config: resolveConfig({ dataset: tinyTrain, settings: { ...config.settings, seed: 2 } }),
    name: 'other',
  });
  const { model } = await packRuns(platform, ['in.safetensors', other], 'both.safetensors');
  assert.equal(model.card.members[0].file, 'in.safetensors');
  assert.equal(model.card.test?.images, tinyTest.length);
  assert.match(modelCard(model, { name: 'both', bytes: 1 }), /The card of in\.safetensors says how/);
});

test('an export keeps its classes: a data set with others is refused', async () => {
  const { info } = tinyTrain;
  const classNames = info.classNames.toReversed();
  const refused = async (data: typeof info, message: RegExp) =>
    await assert.rejects(importModel(platform, 'out', 'x.safetensors', { data }), {
      ...{ kind: 'usage', message },
      hint: `Give the data set that it was trained on, ${info.name}, or leave out --data.`,
    });
  await refused(
    { ...info, name: 'other', classNames },
    /^out\/model\.safetensors has other classes than other: class 0 is "[^"]+" in the file and "[^"]+" in the data set\.$/,
  );
  await refused({ ...info, classNames: classNames.slice(1) }, /: \d+ in the file and \d+ in the data set/);
  const shape = { ...info.shape, height: info.shape.height + 1 };
  await refused({ ...info, shape }, /is for images of .* gray, but those of /);
  const { model } = await importModel(platform, 'out', 'x.safetensors', { data: info });
  assert.equal(model.card.test?.accuracy, metrics.testAccuracy);
});

test('a norm that may be of several kinds is asked for, and named by --norm', async () => {
  const named = new Map(
    [...tensors]
      .filter(([name]) => !name.includes('running'))
      .map(([name, tensor]) => [name.replace(/^bn/, 'norm'), tensor]),
  );
  await platform.store.write('norms.safetensors', encodeSafetensors(named, { format: 'pt' }));
  const given = { activation: 'relu', pixels, data: tinyTrain.info } as const;
  await assert.rejects(importModel(platform, 'norms.safetensors', 'n.safetensors', given), {
    kind: 'usage',
    message: 'norms.safetensors does not say whether "norm1" and "norm2" are LayerNorm.',
    hint: 'Add --norm layer (a GroupNorm, or a BatchNorm1d without running statistics, cannot be imported).',
  });
  const { model } = await importModel(platform, 'norms.safetensors', 'n.safetensors', {
    ...given,
    norm: 'layer',
  });
  assert.deepEqual(
    model.members[0].spec.layers.map(({ type }) => type),
    ['Linear', 'LayerNorm', 'ReLU', 'Linear', 'LayerNorm', 'ReLU', 'Linear', 'LogSoftmax'],
  );
  await assert.rejects(
    importModel(platform, 'bare.safetensors', 'n.safetensors', { ...given, norm: 'layer' }),
    { message: '--norm cannot be used: bare.safetensors has no norm without running statistics.' },
  );
});

describe('an average beside the weights in one dictionary', async () => {
  const averaged = new Map(
    [...tensors].map(([name, { shape, data }]) => [name, { shape, data: data.map((x) => x / 2) }]),
  );
  const beside = (own: string, average: string) =>
    new Map([
      ...[...tensors].map(([name, tensor]) => [own + name, tensor] as const),
      ...[...averaged].map(([name, tensor]) => [average + name, tensor] as const),
    ]);
  const files = {
    'plain and ema': ['', 'ema.', '.', 'ema'],
    'two names': ['net.', 'net_ema.', '.', 'net_ema'],
    'in a wrapper': ['module.net.', 'module.ema_model.', '.', 'ema_model'],
  } as const;
  const wishes = { activation: 'relu', pixels, data: tinyTrain.info } as const;
  for (const [title, [own, average, first, second]] of Object.entries(files))
    test(title, async () => {
      await platform.store.write('two.safetensors', encodeSafetensors(beside(own, average), {}));
      await assert.rejects(importModel(platform, 'two.safetensors', 'no.safetensors', wishes), {
        kind: 'usage',
        message: `two.safetensors has 2 sets of weights: ${JSON.stringify(first)} and ${JSON.stringify(second)}.`,
        hint: /--key/,
      });
      const plain = await importModel(platform, 'two.safetensors', 'a.safetensors', {
        ...wishes,
        key: first,
      });
      assert.equal(plain.model.card.members[0].weightsSha256, metrics.weightsSha256);
      const ema = await importModel(platform, 'two.safetensors', 'b.safetensors', { ...wishes, key: second });
      assert.equal(ema.key, second);
      const [value] = ema.model.members[0].weights.get('fc1.weight') ?? [];
      assert.equal(value, tensors.get('fc1.weight')!.data[0] / 2);
      await assert.rejects(
        importModel(platform, 'two.safetensors', 'no.safetensors', { ...wishes, key: 'swa' }),
        { kind: 'usage', message: 'two.safetensors has no weights with the key "swa".' },
      );
    });

  test('blocks of one form are no averages', async () => {
    const size = imageSize(tinyTrain.info.shape);
    const square = { shape: [size, size], data: new Float32Array(size * size) };
    const last = { shape: [3, size], data: new Float32Array(3 * size) };
    const blocks = new Map([
      ['block1.fc.weight', square],
      ['block2.fc.weight', square],
      ['head.weight', last],
    ]);
    await platform.store.write('blocks.safetensors', encodeSafetensors(blocks, {}));
    const { modules } = await importModel(platform, 'blocks.safetensors', 'c.safetensors', wishes);
    assert.deepEqual(modules, [['block1.fc', 'block2.fc', 'head']]);
  });
});

test('a folder with several files of weights: the file is asked for', async () => {
  const bytes = encodeSafetensors(tensors, {});
  await platform.store.makeFolder('folder');
  for (const name of ['model.safetensors', 'optimizer.pt', 'training_args.bin', 'config.json'])
    await platform.store.write(`folder/${name}`, bytes);
  const wishes = { activation: 'relu', pixels, data: tinyTrain.info } as const;
  await importModel(platform, 'folder', 'd.safetensors', wishes);
  await platform.store.write('folder/ema.safetensors', bytes);
  await assert.rejects(importModel(platform, 'folder', 'e.safetensors', wishes), {
    kind: 'usage',
    message: 'The folder folder has several files of weights: "ema.safetensors" and "model.safetensors".',
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { EXPORT_KEY, exportDescriptionSchema } from '../ship/exports/export-model.ts';
import { exportFormats } from '../ship/exports/table.ts';
import { decodeSealedFloats } from '../ship/sealed.ts';
import { resolveConfig } from '../train/config.ts';
import { trainRun } from './experiment.ts';
import { exportModel } from './export.ts';
import { findModel } from './find-model.ts';
import { packRuns } from './pack.ts';

const config = resolveConfig({ dataset: tinyTrain, settings: { hidden: [8], epochs: 1, batchSize: 8 } });
const platform = memoryPlatform();
const { run, metrics } = await trainRun(platform, { config, name: 'own' });

test('a run and the model file packed from it give the same weights, with their description and digest', async () => {
  await packRuns(platform, [run], 'own.safetensors');
  const written = [];
  for (const [model, out] of [
    [run.path, 'a'],
    ['own.safetensors', 'b'],
  ])
    written.push(await exportModel(platform, model, { to: 'pytorch', out }));
  const files = [];
  for (const { files: each, weightsSha256 } of written) {
    assert.deepEqual(weightsSha256, [metrics.weightsSha256]);
    const bytes = await platform.store.read(each[0].path, 2 ** 20);
    assert.ok(bytes);
    assert.equal(bytes.length, each[0].bytes);
    files.push(await decodeSealedFloats(bytes, each[0].path));
  }
  assert.deepEqual(files[0].tensors, files[1].tensors);
  assert.deepEqual([...files[0].tensors.keys()].sort(), ['fc1.bias', 'fc1.weight', 'fc2.bias', 'fc2.weight']);
  const [ofRun, ofFile] = files.map(({ metadata }) =>
    exportDescriptionSchema.parse(JSON.parse(metadata[EXPORT_KEY])),
  );
  assert.deepEqual(ofRun.data, run.config.data);
  assert.deepEqual({ ...ofRun, title: '' }, { ...ofFile, title: '' });
  assert.equal(ofRun.test?.accuracy, metrics.testAccuracy);
});

test('every format writes to what it says, and refuses the rest before any work', async () => {
  await platform.store.write('file.txt', 'text');
  for (const { name, out } of exportFormats) {
    const wrong = out === 'folder' ? 'file.txt' : 'no-ending';
    await assert.rejects(exportModel(platform, run.path, { to: name, out: wrong }), {
      kind: 'usage',
      message: new RegExp(`The format ${name} writes`),
    });
    await exportModel(platform, run.path, { to: name, out: `out-${name}${out === 'folder' ? '' : out}` });
  }
  await assert.rejects(exportModel(platform, run.path, { to: 'pytorhc' as 'pytorch', out: 'x' }), {
    kind: 'usage',
    hint: 'Did you mean pytorch?',
  });
});

test('files of a run are not replaced: nothing is written into its folder', async () => {
  const before = await platform.store.list(run.path);
  await assert.rejects(exportModel(platform, run.path, { to: 'hf', out: run.path }), {
    kind: 'usage',
    message: /config\.json belongs to the run in .*own, so it was not replaced/,
  });
  assert.deepEqual(await platform.store.list(run.path), before);
});

test('an export is replaced by the next one, and is no model by itself', async () => {
  for (const { name, out } of exportFormats) {
    const place = `again-${name}${out === 'folder' ? '' : out}`;
    const [first, second] = [
      await exportModel(platform, run.path, { to: name, out: place }),
      await exportModel(platform, run.path, { to: name, out: place }),
    ];
    assert.deepEqual(second, first);
  }
  for (const folder of ['again-hf', 'again-pytorch'])
    await assert.rejects(findModel(platform, folder), {
      kind: 'usage',
      message: `${folder} is a folder with weights for PyTorch, not a model of Couture.`,
      hint: `Make a model of it: npx couture import ${folder} --out model.safetensors`,
    });
});

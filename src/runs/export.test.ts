import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTest, tinyTrain } from '../../test/tiny-data.ts';
import { planModel } from '../model/plan.ts';
import { EXPORT_KEY, exportDescriptionSchema } from '../ship/exports/export-model.ts';
import { exportFormats } from '../ship/exports/table.ts';
import { encodeSafetensors, withShapes } from '../ship/safetensors.ts';
import { decodeSealedFloats } from '../ship/sealed.ts';
import { resolveConfig } from '../train/config.ts';
import { trainRun } from './experiment.ts';
import { type ExportPlatform, exportModel } from './export.ts';
import { findModel } from './find-model.ts';
import { importModel } from './import-model.ts';
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

test('a file of the user, or one that the user changed, is not replaced without being asked', async () => {
  const { store } = platform;
  await store.makeFolder('mine');
  await store.write('mine/README.md', 'My notes');
  const request = { to: 'hf', out: 'mine' } as const;
  await assert.rejects(exportModel(platform, run.path, request), {
    kind: 'usage',
    message: 'mine/README.md exists already with other contents, so nothing was written.',
    hint: 'Give another folder, or replace it with --overwrite.',
  });
  assert.deepEqual(await store.list('mine'), ['README.md']);
  await exportModel(platform, run.path, { ...request, overwrite: true });
  const written = new TextDecoder().decode(await store.read('mine/README.md', 1e6));
  assert.match(written, /^---\nlibrary_name: pytorch/);
  // As the command asks for: a license is added.
  await store.write('mine/README.md', written.replace('---', '---\nlicense: mit'));
  await store.write('mine/model.py', '');
  await assert.rejects(exportModel(platform, run.path, request), {
    message: /^mine\/model\.py and mine\/README\.md exist already/,
    hint: /replace them with --overwrite/,
  });
});

test('a model is not written over the file that it is read from', async () => {
  const { store } = platform;
  await store.makeFolder('same');
  await packRuns(platform, [run], 'same/model.safetensors');
  const before = await store.read('same/model.safetensors', 1e6);
  const refused = {
    kind: 'usage',
    message: /model\.safetensors is the file that is read, so it was not replaced/,
  };
  for (const out of ['same', 'same/../same']) {
    const request = { to: 'pytorch', out, overwrite: true } as const;
    await assert.rejects(exportModel(platform, 'same/model.safetensors', request), refused);
  }
  await assert.rejects(packRuns(platform, ['same/model.safetensors'], 'same/model.safetensors'), refused);
  await exportModel(platform, run.path, { to: 'pytorch', out: 'foreign' });
  const [from, to] = ['foreign/model.safetensors', './foreign/model.safetensors'];
  await assert.rejects(importModel(platform, from, to), refused);
  await assert.rejects(importModel(platform, 'foreign', to), refused);
  assert.deepEqual(await store.read('same/model.safetensors', 1e6), before);
});

test('names and titles that are too long for a card or a description are shortened', async () => {
  const long = `${'n'.repeat(220)}.safetensors`;
  await packRuns(platform, [run], long);
  await exportModel(platform, long, { to: 'hf', out: 'long' });
  const { model } = await importModel(platform, 'long', 'long-again.safetensors');
  assert.equal(model.card.members[0].weightsSha256, metrics.weightsSha256);
  const { model: both } = await packRuns(platform, [long], 'repacked.safetensors', { precision: 'int8' });
  assert.equal(both.card.members.length, 1);

  const tensors = withShapes(planModel(run.config.model).parameters, await run.loadWeights('best'));
  await platform.store.write(long, encodeSafetensors(tensors, { format: 'pt' }));
  const { pixels } = run.config.data.preprocessing;
  const imported = await importModel(platform, long, 'long-title.safetensors', {
    ...{ activation: 'relu', pixels, data: tinyTrain.info },
    command: `npx couture import ${'x'.repeat(5000)}`,
  });
  const { title, members } = imported.model.card;
  assert.match(title, /^.+ by n+ … \d+ more characters … n+\.safetensors$/);
  assert.ok(title.length <= 200);
  assert.equal(members[0].command, null);
  assert.match(members[0].imported?.file ?? '', /^n+ … \d+ more characters … n+\.safetensors$/);
});

test('rounded weights are measured where the test images are at hand, and otherwise the figures are before the rounding', async () => {
  const page = async (more: Partial<ExportPlatform>): Promise<{ html: string; notes: string }> => {
    const { notes } = await exportModel({ ...platform, ...more }, run.path, {
      to: 'html',
      out: 'measured.html',
    });
    return {
      html: new TextDecoder().decode(await platform.store.read('measured.html', 1e7)),
      notes: notes.join(),
    };
  };
  const before = await page({ localSplit: async () => undefined });
  assert.match(before.notes, /was measured before the rounding, and it says so/);
  assert.match(before.html, /"rounded":true/);
  assert.ok(before.html.includes(`"loss":${metrics.testLoss}`));

  const after = await page({ localSplit: async () => tinyTest });
  assert.match(
    after.notes,
    /The accuracy of the page is [\d.]+% of \d+ test images; before the rounding it was [\d.]+%\./,
  );
  assert.match(after.html, /"rounded":false/);
  const loss = Number(/"test":\{[^}]*"loss":([\d.]+)/.exec(after.html)?.[1]);
  assert.notEqual(loss, metrics.testLoss);
  assert.ok(Math.abs(loss - metrics.testLoss) < 0.001, `${loss} and ${metrics.testLoss}`);

  const others = await page({
    localSplit: async () => ({ ...tinyTest, images: tinyTest.images.map((x) => x ^ 1) }),
  });
  assert.match(others.notes, /was measured before the rounding/);
});

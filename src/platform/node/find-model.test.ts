import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeImages, makeModel, makeNetwork } from '../../../test/model-fixture.ts';
import { multilayer } from '../../model/spec.ts';
import { encodeModel } from '../../ship/model-file.ts';
import { load } from './load.ts';
import { modelsFolder } from './models-folder.ts';
import { findModel, listShipped, shippedPath, shippedRecipe } from './runs.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-models-'));
after(() => rm(folder, { recursive: true, force: true }));
const models = join(folder, 'models');
const root = join(folder, 'runs');
const places = { models, root };
const shipped = makeModel({
  members: [1, 2].map((seed) => makeNetwork(multilayer(12, [8], 3), seed)),
  views: { flip: true, shift: 1 },
  temperature: 1.5,
  precision: 'int8',
});

before(async () => {
  await mkdir(models);
  await mkdir(root);
  await writeFile(join(models, 'compact.safetensors'), await encodeModel(shipped));
  await writeFile(join(models, 'own.safetensors'), await encodeModel(makeModel()));
  await writeFile(join(models, 'notes.md'), 'no model');
});

test('the shipped models are the files of the folder, and the folder is that of the package', async () => {
  assert.deepEqual(await listShipped(models), ['compact', 'own']);
  assert.equal(await shippedPath('compact', models), join(models, 'compact.safetensors'));
  assert.equal(await shippedPath('notes', models), undefined);
  assert.equal(await shippedPath('../models/compact', models), undefined);
  assert.deepEqual(await listShipped(join(folder, 'nowhere')), []);
  assert.equal(modelsFolder({}), fileURLToPath(new URL('../../../models', import.meta.url)));
  assert.equal(modelsFolder({ COUTURE_MODELS: '/elsewhere' }), '/elsewhere');
});

test('a model file is found by its path, a shipped model by its name', async () => {
  const byPath = await findModel(join(models, 'compact.safetensors'), places);
  const byName = await findModel('compact', places);
  assert.deepEqual(byPath, byName);
  assert.ok(byPath.kind === 'file');
  assert.deepEqual(byPath.split, { seed: 1, validation: 0.2 });
  assert.deepEqual(byPath.data, shipped.data);
  assert.equal(byPath.bytes, (await encodeModel(shipped)).length);
});

test('what is not there is answered with the nearest name', async () => {
  const cases: [string, RegExp, RegExp][] = [
    ['compat', /no run or model "compat"/, /Did you mean compact\?/],
    ['xyzzyxyzzy', /no run or model/, /Choose from: compact, own\./],
    [
      join(models, 'compat.safetensors'),
      /no model file ".*compat\.safetensors"/,
      /Did you mean compact\.safeten/,
    ],
    [join(folder, 'x.safetensors'), /no model file/, /couture pack RUN --out FILE/],
  ];
  for (const [argument, message, hint] of cases)
    await assert.rejects(findModel(argument, places), { kind: 'usage', message, hint });
  const none = { models: join(folder, 'none'), root: join(folder, 'none') };
  await assert.rejects(findModel('own', none), {
    kind: 'usage',
    hint: /couture train --recipe baseline/,
  });
});

test('a recipe stands for the shipped model of its name', async () => {
  assert.equal(await shippedRecipe('compact', models), join(models, 'compact.safetensors'));
  await assert.rejects(shippedRecipe('baseline', models), {
    kind: 'usage',
    message: /No model of the recipe "baseline" comes with/,
    hint: /npx couture train --recipe baseline/,
  });
  await assert.rejects(shippedRecipe('compat', models), { kind: 'usage', hint: /Did you mean compact\?/ });
});

test('load() takes a model file and a shipped name: networks, views and temperature together', async () => {
  const image = makeImages(1, 12);
  await using byName = await load('compact', { ...places, backend: 'reference' });
  await using byPath = await load(join(models, 'compact.safetensors'), { threads: 2 });
  const answer = await byName.predict(image);
  assert.deepEqual(await byPath.predict(image), answer);
  assert.deepEqual(byName.shape, { height: 4, width: 3, channels: 1 });
  assert.deepEqual(byName.classNames, ['hat', 'shoe', 'sock']);
  await using single = await load(join(models, 'own.safetensors'));
  assert.notDeepEqual((await single.predict(image)).probabilities, answer.probabilities);
  await assert.rejects(load('compact', { ...places, weights: 'last' }), {
    kind: 'usage',
    message: /one set/,
  });
});

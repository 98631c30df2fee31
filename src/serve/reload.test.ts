/** Reloads: on demand and by changed files, under load, without a lost or mixed answer; and broken files. */

import assert from 'node:assert/strict';
import { copyFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { makeImages, makeNetwork } from '../../test/model-fixture.ts';
import { MADE, ServeBench, SIZE, type TestService, until } from '../../test/serve.ts';
import { multilayer } from '../model/spec.ts';
import { load } from '../platform/node/load.ts';
import { type PredictAnswer, readyAnswer } from './schemas.ts';

const bench = await ServeBench.open();

/** Writes one of two networks as a file beside its place. */
async function writeNetwork(name: string, seed: number): Promise<string> {
  return await bench.write(name, { members: [makeNetwork(multilayer(SIZE, [8], 3), seed)] });
}

/** What the service says is in use. */
async function readiness(service: TestService) {
  return readyAnswer.parse(await (await service.ask('readyz')).json()).models[0];
}

describe('a reload', () => {
  test('under load: every answer is that of the revision that it names, and none is lost', async () => {
    const path = await writeNetwork('made.safetensors', 1);
    const [first, second] = [await writeNetwork('a.safetensors', 1), await writeNetwork('b.safetensors', 2)];
    const image = makeImages(1, SIZE);
    const expected = new Map<string, readonly number[]>();
    const service = await bench.start();
    for (const file of [second, first]) {
      await copyFile(file, path);
      await service.reload();
      const ours = await load(file, { backend: 'cpu', threads: 1 });
      expected.set((await readiness(service)).revision, (await ours.predict(image)).probabilities);
      await ours.dispose();
    }
    assert.equal(expected.size, 2);
    let answered = 0;
    let stop = false;
    const seen = new Set<string>();
    const lane = async (): Promise<void> => {
      while (!stop) {
        const response = await service.post(MADE, Buffer.from(image));
        assert.equal(response.status, 200, await response.clone().text());
        const { revision, predictions } = (await response.json()) as PredictAnswer;
        assert.deepEqual(predictions[0].probabilities, expected.get(revision));
        seen.add(revision);
        answered += 1;
      }
    };
    const lanes = Promise.all(Array.from({ length: 8 }, lane));
    for (let i = 0; i < 20; i++) {
      const bytes = i % 2 === 0 ? second : first;
      await copyFile(bytes, `${path}.new`);
      await rename(`${path}.new`, path);
      const [{ result }] = await service.reload();
      assert.equal(result, 'loaded');
    }
    stop = true;
    await lanes;
    assert.ok(answered > 50, `${answered} answers`);
    assert.equal(seen.size, 2);
    // A reload of the same file changes nothing.
    assert.equal((await service.reload())[0].result, 'unchanged');
  });

  test('of a broken file keeps the old model, and says so in the log, /readyz, /models and the metrics', async () => {
    const path = await writeNetwork('made.safetensors', 1);
    const service = await bench.start();
    const before = await readiness(service);
    await writeFile(path, 'this is not a model');
    assert.equal((await service.reload())[0].result, 'failed');
    const broken = await readiness(service);
    assert.equal(broken.revision, before.revision);
    assert.match(broken.problem ?? '', /could not be loaded/);
    assert.doesNotMatch(broken.problem ?? '', /made\.safetensors/);
    assert.equal((await service.post(MADE, new Uint8Array(SIZE))).status, 200);
    assert.match(await (await service.ask('metrics')).text(), /couture_model_stale\{model="made"\} 1/);
    await rm(path);
    assert.equal((await service.reload())[0].result, 'failed');
    await writeNetwork('made.safetensors', 3);
    assert.equal((await service.reload())[0].result, 'loaded');
    const mended = await readiness(service);
    assert.equal(mended.problem, null);
    assert.notEqual(mended.revision, before.revision);
    await service.close();
    const reloads = service.log().filter(({ message }) => message === 'reload');
    assert.deepEqual(
      reloads.map(({ result, level }) => `${result} ${level}`),
      ['failed error', 'failed error', 'loaded info'],
    );
    assert.match(JSON.stringify(reloads[0]), /made\.safetensors/);
  });

  test('follows a changed file by itself, once it is whole', async () => {
    const path = await writeNetwork('made.safetensors', 1);
    const service = await bench.start();
    service.models.watch(40);
    const before = await readiness(service);
    // A writer that is not done.
    await writeFile(path, 'half of a ');
    await until(async () => (await readiness(service)).problem !== null);
    assert.equal((await readiness(service)).revision, before.revision);
    await writeNetwork('made.safetensors', 4);
    await until(async () => {
      const { revision, problem } = await readiness(service);
      return problem === null && revision !== before.revision;
    });
    assert.equal((await service.post(MADE, new Uint8Array(SIZE))).status, 200);
  });
});

test('a name without a version means the last model of that name', async () => {
  const [first, second] = [await writeNetwork('v1.safetensors', 1), await writeNetwork('v2.safetensors', 2)];
  const models = [
    { name: 'made', version: '1', source: first },
    { name: 'made', version: '2', source: second },
    { name: 'other', version: undefined, source: first },
  ];
  const service = await bench.start({ models });
  const ask = async (name: string) =>
    ((await (await service.post(`models/${name}/predict`, new Uint8Array(SIZE))).json()) as PredictAnswer)
      .model;
  assert.deepEqual(
    [await ask('made'), await ask('made@1'), await ask('made%402'), await ask('other')],
    ['made@2', 'made@1', 'made@2', 'other'],
  );
  assert.equal((await service.post('models/made@3/predict', new Uint8Array(SIZE))).status, 404);
});

test('a service that cannot start frees what it has taken', async () => {
  const [good] = [await writeNetwork('good.safetensors', 1)];
  const missing = join(bench.folder, 'missing.safetensors');
  const models = [good, missing].map((source, i) => ({ name: `m${i}`, version: undefined, source }));
  await assert.rejects(bench.start({ models }), { kind: 'usage', message: /There is no model file/ });
  const first = await bench.start({ models: models.slice(0, 1) });
  await assert.rejects(
    bench.start({ models: models.slice(0, 1), port: first.port }),
    /another program uses it/,
  );
  await assert.rejects(
    bench.start({ models: models.slice(0, 1), host: '203.0.113.7' }),
    /not an address of this machine/,
  );
});

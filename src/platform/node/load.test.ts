import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import sharp from 'sharp';
import { makeImages, makeModel } from '../../../test/model-fixture.ts';
import { keyFromSeed } from '../../core/philox.ts';
import { defaultDataset } from '../../data/registry.ts';
import { initialize } from '../../model/init.ts';
import { planModel } from '../../model/plan.ts';
import { formatSealed } from '../../runs/json.ts';
import type { Run } from '../../runs/run.ts';
import { encodeModel } from '../../ship/model-file.ts';
import { resolveConfig } from '../../train/config.ts';
import { load, type NodeModelSource } from './load.ts';
import { modelsFolder } from './models-folder.ts';
import { createRun } from './runs.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-load-'));
after(() => rm(root, { recursive: true, force: true }));

const config = resolveConfig({ settings: { hidden: [16] } });
const { classNames } = defaultDataset;

/** A run whose weights are fresh: what it says is of no matter, that it always says the same is. */
async function makeRun(name: string): Promise<Run> {
  const backend = { name: 'reference', variant: '', threads: 1 };
  const env = { couture: '0', node: '', v8: '', platform: '', cpu: '', cores: 1, backend, started: '' };
  const run = await createRun({ root, name, config, env });
  const parameters = initialize(planModel(config.model), keyFromSeed(1));
  const metrics = {
    epoch: 1,
    trainLoss: 1,
    validationLoss: 1,
    validationAccuracy: 0,
    learningRate: 1,
    seconds: 1,
  };
  await run.consume({ type: 'epoch', metrics, isBest: true, parameters });
  const state = { epoch: 1, step: 0, seconds: 0, losses: new Float32Array(), history: [metrics], parameters };
  await run.consume({
    type: 'checkpoint',
    state: { ...state, firstMoments: parameters, secondMoments: parameters },
  });
  await run.close();
  return run;
}

test('a loaded run takes pixels, the path of an image and the bytes of one', async () => {
  const run = await makeRun('usable');
  const pixels = Uint8Array.from({ length: 784 }, (_, i) => i % 100);
  const png = await sharp(pixels, { raw: { width: 28, height: 28, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer();
  const path = join(root, 'image.png');
  await writeFile(path, png);
  for (const backend of ['wasm', 'reference'] as const) {
    await using model = await load(run.path, { backend });
    const expected = await model.predict(pixels);
    assert.ok(classNames.includes(expected.label));
    assert.deepEqual(await model.predict(path), expected);
    assert.deepEqual(await model.predict(png), expected);
    assert.deepEqual(await model.predictMany([pixels, pixels]), [expected, expected]);
    // Pixels may begin like a JPEG file, and a clamped array is never a file.
    const odd = pixels.with(0, 0xff).with(1, 0xd8).with(2, 0xff);
    assert.deepEqual(await model.predict(odd), await model.predict(Uint8ClampedArray.from(odd)));
    await assert.rejects(model.predict(odd.subarray(1)), /783 pixels, but the model takes 784/);
    await assert.rejects(model.predict(odd.subarray(0, 700)), { kind: 'data', message: /truncated/ });
    await assert.rejects(model.predict(join(root, 'none.png')), { kind: 'data' });
  }
});

test('a run whose files do not fit each other, or that has no weights, is refused', async () => {
  const odd = await makeRun('odd');
  const data = { ...config.data, classNames: ['only', 'two'] };
  await writeFile(join(odd.path, 'config.json'), await formatSealed({ ...config, data }));
  await assert.rejects(load(odd.path), { kind: 'data', message: /has 10 classes.* 2 classes/ });
  const empty = await makeRun('empty');
  await rm(empty.weightsPath('best'));
  await assert.rejects(load(empty.path), { kind: 'data', message: /best\.safetensors is missing/ });
  assert.equal(
    (
      await load(empty.path, { weights: 'last' }).then(async (model) => {
        await model.dispose();
        return model.classNames;
      })
    ).length,
    10,
  );
});

/** A server that gives out one file, and whatever else is asked of it. */
async function serve(file: Uint8Array, t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === '/model.safetensors') response.end(file);
    else if (request.url === '/page') response.end('<!doctype html><html><body>Not here</body></html>');
    else if (request.url === '/slow') response.write(file.subarray(0, 1000));
    else response.writeHead(404).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

test('a model file is loaded from an address, a file: address, its bytes and a Blob, to the same answers', async (t) => {
  const path = join(modelsFolder(), 'compact.safetensors');
  const file = await readFile(path);
  const served = await serve(file, t);
  const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 11) % 256);
  const shares: number[] = [];
  await using named = await load('compact');
  const expected = await named.predict(image);
  const sources: NodeModelSource[] = [
    `${served}/model.safetensors`,
    new URL(`${served}/model.safetensors`),
    pathToFileURL(path),
    pathToFileURL(path).href,
    path,
    file,
    Uint8Array.from(file).buffer,
    new Blob([file]),
  ];
  for (const source of sources) {
    await using model = await load(source, { onProgress: (share) => shares.push(share) });
    assert.deepEqual(await model.predict(image), expected);
  }
  assert.ok(shares.length >= 2 && shares.at(-1) === 1 && shares.every((share) => share > 0));
});

test('what is no model, or cannot be had, is refused with the reason', async (t) => {
  const file = await readFile(join(modelsFolder(), 'compact.safetensors'));
  const served = await serve(file, t);
  const damaged = Uint8Array.from(file);
  damaged[damaged.length - 1] ^= 1;
  const refused: [unknown, RegExp][] = [
    [`${served}/none`, /none could not be loaded: the server answered 404/],
    [`${served}/page`, /page is a web page \(HTML\), not a model file/],
    ['http://no-such-host.invalid/model.safetensors', /could not be loaded: .*no-such-host/],
    [damaged, /The model is damaged: its contents do not match its SHA-256 digest/],
    [new Blob(['x']), /is text, not a model file/],
    [undefined, /load: model must be the name or path .* not undefined/],
    [null, /not null/],
    [42, /not the number 42/],
    [{}, /not a value of type Object/],
    ['', /There is no run or model ""/],
  ];
  for (const [source, message] of refused)
    await assert.rejects(load(source as NodeModelSource), { name: 'CoutureError', message }, String(message));
  await assert.rejects(load('compact', { epochs: 3 } as object), { message: /options has no "epochs"/ });
  const slow = load(`${served}/slow`, { signal: AbortSignal.timeout(200) });
  await assert.rejects(slow, { kind: 'interrupted' });
});

test('weights that are finite but overflow are an error that names the model, from every entry', async () => {
  const model = makeModel();
  for (const values of model.members[0].weights.values())
    values.forEach((value, i) => {
      values[i] = value * 1e38;
    });
  const path = join(root, 'overflow.safetensors');
  await writeFile(path, await encodeModel(model));
  const image = makeImages(1, 12);
  const expected = { kind: 'data', message: /overflow\.safetensors gives results that are not finite/ };
  for (const backend of ['wasm', 'reference'] as const) {
    await using loaded = await load(path, { backend });
    await assert.rejects(loaded.predict(image), expected);
    await assert.rejects(loaded.predictMany([image, image]), expected);
    await assert.rejects(loaded.logProbabilities(makeImages(100, 12)), expected);
  }
});

test('a hundred predictions at once are each the right one, on one thread and on several', async () => {
  const images = Array.from({ length: 100 }, (_, i) => makeImages(1, 784, i + 1));
  for (const threads of [1, 2]) {
    await using model = await load('compact', { threads });
    const expected: string[] = [];
    for (const image of images) expected.push(JSON.stringify(await model.predict(image)));
    const shared = new Uint8Array(784);
    const together = images.map((image) => {
      // One array for all of them: what counts is what it holds when predict is called.
      shared.set(image);
      return model.predict(shared);
    });
    assert.deepEqual(
      (await Promise.all(together)).map((answer) => JSON.stringify(answer)),
      expected,
    );
    assert.ok(new Set(expected).size === 100);
  }
});

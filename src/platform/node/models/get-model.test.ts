import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { modelsFolder } from '../models-folder.ts';
import { findModel } from '../runs.ts';
import { getModel } from './get-model.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-get-model-'));
after(() => rm(folder, { recursive: true, force: true }));
const original = join(modelsFolder({}), 'compact.safetensors');
const file = new Uint8Array(await readFile(original));

/** An environment whose cache is empty. */
let caches = 0;
const emptyCache = (): { COUTURE_CACHE: string } => {
  caches += 1;
  return { COUTURE_CACHE: join(folder, `cache-${caches}`) };
};

/** A server that answers one address with these bytes, in small pieces. */
const serve =
  (address: string, bytes: Uint8Array, status = 200) =>
  async (url: string) => {
    assert.equal(url, address);
    const pieces = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, i) =>
      bytes.subarray(i * 65_536, (i + 1) * 65_536),
    );
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        const piece = pieces.shift();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
    });
    return new Response(body, { status });
  };

describe('a model is got by name', () => {
  const address = 'https://example.org/models/compact.safetensors';

  test('from a folder and from a file', async () => {
    for (const from of [modelsFolder({}), original]) {
      const env = emptyCache();
      const { path, isNew } = await getModel('compact', { from, env });
      assert.equal(path, join(env.COUTURE_CACHE, 'models/compact.safetensors'));
      assert.ok(isNew);
      assert.deepEqual(new Uint8Array(await readFile(path)), file);
    }
  });

  test('from an address of its folder or of the file, with progress', async () => {
    for (const from of ['https://example.org/models', 'https://example.org/models/', address]) {
      const told: number[] = [];
      const { path } = await getModel('compact', {
        from,
        env: emptyCache(),
        fetch: serve(address, file),
        onProgress: (done) => told.push(done),
      });
      assert.deepEqual(new Uint8Array(await readFile(path)), file);
      assert.equal(told.at(-1), file.length);
    }
  });

  test('and nothing is read again that is here', async () => {
    const { path, isNew } = await getModel('compact', { env: emptyCache() });
    assert.equal(path, original);
    assert.equal(isNew, false);
  });

  const changed = file.slice();
  changed[changed.length - 1] ^= 1;
  const wrong: readonly [string, Uint8Array, number, RegExp][] = [
    ['a changed byte', changed, 200, /is not the model compact: its SHA-256 is [0-9a-f]{64}/],
    [
      'a byte too many',
      new Uint8Array([...file, 0]),
      200,
      /is not the model compact: it has more than 476544/,
    ],
    ['a byte less', file.subarray(1), 200, /is not the model compact: it has 476543 bytes, expected 476544/],
    ['another status', file, 404, /the server answered 404/],
  ];
  for (const [what, bytes, status, message] of wrong) {
    test(`${what} is refused, and nothing is kept`, async () => {
      const env = emptyCache();
      await assert.rejects(
        getModel('compact', { from: address, env, fetch: serve(address, bytes, status) }),
        { kind: 'data', message },
      );
      assert.ok(!existsSync(env.COUTURE_CACHE) || (await readdir(env.COUTURE_CACHE)).length === 0);
    });
  }

  test('a damaged file of a folder is refused, and plain http is not asked', async () => {
    const from = join(folder, 'damaged');
    await mkdir(from);
    await writeFile(join(from, 'compact.safetensors'), changed);
    await assert.rejects(getModel('compact', { from, env: emptyCache() }), {
      kind: 'data',
      message: /SHA-256/,
    });
    await assert.rejects(getModel('best', { from, env: emptyCache() }), { kind: 'data', message: /no file/ });
    const http = 'http://example.org/models';
    const never = async () => assert.fail('asked over http');
    await assert.rejects(getModel('compact', { from: http, env: emptyCache(), fetch: never }), {
      kind: 'data',
      message: /not HTTPS/,
    });
  });
});

test('a model that is not here: the error names the command, and the command says how to get it', async () => {
  const env = { ...emptyCache(), COUTURE_MODELS: join(folder, 'none') };
  await assert.rejects(findModel('best', { models: env.COUTURE_MODELS }), {
    kind: 'usage',
    message: /The model best \(16\.9 MB\) is not here/,
    hint: 'Get it: npx couture models get best',
  });
  await assert.rejects(getModel('best', { env }), {
    kind: 'usage',
    hint: /--from PLACE[\s\S]*couture train --recipe best-single --stem diagonals[\s\S]*couture pack/,
  });
  await assert.rejects(getModel('bst', { env }), { kind: 'usage', hint: 'Did you mean best?' });
});

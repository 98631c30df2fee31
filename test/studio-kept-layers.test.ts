/** The first layers that the Studio keeps of a run: as files, epoch by epoch, and what is not a file of this kind. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FirstLayer } from '../packages/studio/src/worker/kept-layers.ts';
import { MemoryStore } from '../src/runs/memory-store.ts';
import './studio-sources.ts';

const { MOST_EPOCHS } = await import('../packages/studio/src/kept-epochs.ts');
const { decodeFirstLayer, encodeFirstLayer, KeptLayers } = await import(
  '../packages/studio/src/worker/kept-layers.ts'
);

const layer = (seed: number): FirstLayer => ({
  units: 3,
  width: 4,
  height: 5,
  cells: Uint8Array.from({ length: 60 }, (_, i) => (i * 7 + seed) % 255),
});

describe('a first layer as a file', () => {
  test('is read as it was written', () => {
    assert.deepEqual(decodeFirstLayer(encodeFirstLayer(layer(3))), layer(3));
  });

  test('is not read where anything is wrong with it', () => {
    const bytes = encodeFirstLayer(layer(1));
    const changed = (at: number, value: number): Uint8Array => bytes.with(at, value);
    for (const wrong of [
      new Uint8Array(),
      bytes.subarray(0, 10),
      bytes.subarray(0, -1),
      new Uint8Array([...bytes, 0]),
      ...[0, 4, 5, 6, 9].map((at) => changed(at, bytes[at] + 1)),
      changed(20, 255),
    ])
      assert.equal(decodeFirstLayer(wrong), undefined);
  });
});

describe('the first layers of runs', () => {
  test('are kept epoch by epoch, of many every second one, and dropped with their run', async () => {
    const store = new MemoryStore();
    const kept = new KeptLayers(async () => store);
    for (let epoch = 1; epoch <= MOST_EPOCHS + 2; epoch++) kept.keep('a', { epoch, layer: layer(epoch) });
    kept.keep('b', { epoch: 1, layer: layer(9) });
    const all = await kept.read('a', 1000);
    assert.deepEqual(
      all.map(({ epoch }) => epoch),
      [...Array.from({ length: MOST_EPOCHS / 2 }, (_, i) => 2 * i + 1), MOST_EPOCHS + 1, MOST_EPOCHS + 2],
    );
    for (const { epoch, layer: read } of all) assert.deepEqual(read, layer(epoch));
    assert.deepEqual(
      (await kept.read('a', 5)).map(({ epoch }) => epoch),
      [1, 3, 5],
    );
    // A run that goes on from an earlier checkpoint: the later epochs come again.
    kept.keep('a', { epoch: 5, layer: layer(500) });
    assert.deepEqual((await kept.read('a', 1000)).at(-1), { epoch: 5, layer: layer(500) });
    kept.drop('a');
    assert.deepEqual(await kept.read('a', 1000), []);
    assert.equal((await kept.read('b', 1000)).length, 1);
  });

  test('one that cannot be written, or is damaged, is missing, and nothing else', async () => {
    class Full extends MemoryStore {
      isFull = false;
      override async write(path: string, content: Uint8Array | string): Promise<void> {
        if (this.isFull) throw new Error('no room');
        await super.write(path, content);
      }
    }
    const store = new Full();
    const kept = new KeptLayers(async () => store);
    kept.keep('a', { epoch: 1, layer: layer(1) });
    await kept.read('a', 1);
    store.isFull = true;
    kept.keep('a', { epoch: 2, layer: layer(2) });
    await kept.read('a', 2);
    store.isFull = false;
    kept.keep('a', { epoch: 3, layer: layer(3) });
    kept.keep('a', { epoch: 4, layer: layer(4) });
    await kept.read('a', 4);
    await store.write('first-layer/a/3', 'not a layer');
    await store.write('first-layer/a/notes', 'of somebody else');
    assert.deepEqual(
      (await kept.read('a', 9)).map(({ epoch }) => epoch),
      [1, 4],
    );
  });
});

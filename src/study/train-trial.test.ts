/** The folder of a trial: an attempt is continued, and a run of another study is not taken for one. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { openRun } from '../runs/run-folder.ts';
import { resolveConfig } from '../train/config.ts';
import type { TrainSettings } from '../train/settings.ts';
import { trainTrial } from './train-trial.ts';

const platform = memoryPlatform();
const backend = await platform.createBackend({ backend: 'reference' });
const base = { hidden: [8], dropout: [], epochs: 3, batchSize: 8 };

/** Trains trial 0 and returns the epochs that were reported, and the validation loss of the best one. */
async function trial(root: string, settings: Partial<TrainSettings>, stopAt = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  const epochs: number[] = [];
  const { end, best } = await trainTrial(platform, {
    config: resolveConfig({ dataset: tinyTrain, settings: { ...base, ...settings } }),
    dataset: tinyTrain,
    backend,
    root,
    name: '0000',
    signal: stop.signal,
    onEpoch({ epoch }) {
      epochs.push(epoch);
      if (epoch >= stopAt) stop.abort();
    },
  });
  return { end, epochs, loss: best?.validationLoss };
}

test('a trial goes on from its checkpoint, with the figures of an uninterrupted one', async () => {
  const whole = await trial('whole', { learningRate: 0.01 });
  const stopped = await trial('parts', { learningRate: 0.01 }, 1);
  assert.deepEqual([stopped.end, stopped.epochs], ['stopped', [1]]);
  assert.deepEqual(await trial('parts', { learningRate: 0.01 }), whole);
});

test('a trial of other settings replaces the run that another study left in its folder', async () => {
  for (const end of ['finished', 'stopped'] as const) {
    const left = await trial(end, { learningRate: 0.01 }, end === 'stopped' ? 1 : undefined);
    assert.equal(left.end, end);
    const other = { learningRate: 0.05, epochs: 2 };
    const found = await trial(end, other);
    assert.deepEqual(found, await trial(`${end}-alone`, other));
    assert.notEqual(found.loss, left.loss);
    const { config } = await openRun(platform, '0000', { root: end });
    assert.equal(config.settings.learningRate, 0.05);
  }
});

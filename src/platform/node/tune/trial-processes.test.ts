/** One process trains several trials, and what is meant for one of them does not reach the next. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyTrain } from '../../../../test/tiny-data.ts';
import { resolveConfig } from '../../../train/config.ts';
import { TrialProcesses } from './trial-processes.ts';

// The data set is in no cache, so each trial is refused after it has looked for its images.
const origin = { kind: 'import', format: 'folder', digest: '0'.repeat(64) } as const;
const dataset = { ...tinyTrain, info: { ...tinyTrain.info, origin } };
const config = resolveConfig({ dataset, settings: { hidden: [8], epochs: 2, batchSize: 8 } });
const order = (name: string) => ({ type: 'order', config, root: 'nowhere', name, threads: 1 }) as const;

test('a late stop of a trial that has ended does not stop the next one', async () => {
  const processes = new TrialProcesses();
  try {
    const first = processes.start(order('0000'), () => {});
    const refused = await first.ended;
    assert.equal(refused.type, 'refused');
    const second = processes.start(order('0001'), () => {});
    first.stop();
    assert.deepEqual(await second.ended, refused);
  } finally {
    processes.close();
  }
});

/** The commands of a study's report: they neither lower the number of its trials nor ask for more before it is done. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tinyTrain } from '../../test/tiny-data.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { reportOf } from './report.ts';
import type { StoredTrial, Study } from './study.ts';

const plan: Study['plan'] = {
  name: 'widths',
  recipe: null,
  settings: { hidden: [8], dropout: [] },
  data: tinyTrain.info,
  space: { learningRate: { type: 'float', low: 0.001, high: 0.1, log: true } },
  objective: 'loss',
  sampler: 'tpe',
  pruner: 'none',
  seed: 1,
  maxBytes: 40_000,
  maxSeconds: null,
};
const trial = (number: number, state: StoredTrial['state'], attempt = 1): StoredTrial => ({
  ...{
    number,
    state,
    attempt,
    values: { learningRate: 0.01 },
    accuracy: null,
    loss: null,
    seconds: 1,
    reports: [],
  },
  value: state === 'complete' ? 0.5 : null,
  error: state === 'failed' ? 'The weights have 80000 bytes.' : null,
});
/** The command of `couture tune --name` in the report. */
async function command(trials: readonly StoredTrial[]): Promise<string | undefined> {
  const page = await reportOf({ version: 1, plan, trials: [...trials] }, nodeDocument());
  return /npx couture tune --name widths[^\n<&]*/.exec(page)?.[0].trim();
}

test('a finished study is offered twice as many trials', async () => {
  const trials = [trial(0, 'complete'), trial(1, 'pruned'), trial(2, 'failed')];
  assert.equal(await command(trials), 'npx couture tune --name widths --trials 6');
});

test('a study with trials left is only continued', async () => {
  for (const state of ['waiting', 'running'] as const)
    assert.equal(await command([trial(0, 'complete'), trial(1, state)]), 'npx couture tune --name widths');
  assert.equal(await command([]), 'npx couture tune --name widths');
});

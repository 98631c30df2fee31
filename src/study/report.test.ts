/** The commands of a study's report: they neither lower the number of its trials nor ask for more before it is done. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { studyOf, trialOf as trial } from '../../test/study-fixture.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { reportOf } from './report.ts';
import type { StoredTrial } from './study.ts';

/** The command of `couture tune --name` in the report. */
async function command(trials: readonly StoredTrial[]): Promise<string | undefined> {
  const page = await reportOf(studyOf(trials), nodeDocument());
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

/** The campaign of studies in small: every trial has one true result, whatever is killed. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { faultsOf, retrain, Watch } from '../../scripts/soak/tune/check.ts';
import { embedded, onServer, undisturbed } from '../../scripts/soak/tune.ts';
import type { Study } from '../../src/study/study.ts';
import { postgresPrograms } from '../postgres.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-tune-chaos-'));
after(() => rm(root, { recursive: true, force: true }));
const chaos = { root, trials: 12, kills: 4, seed: 3, outage: 0 };
let reference: Study;
let cache: string;
before(async () => {
  ({ study: reference, cache } = await undisturbed(chaos));
});

test('in PGlite, a study that is killed ends as one that nobody disturbed', async () => {
  assert.deepEqual(await embedded(chaos, reference), []);
});

test('in PostgreSQL, too, and with three processes every trial has one true result', {
  skip: (await postgresPrograms()) === undefined && 'PostgreSQL is not installed',
}, async () => {
  assert.deepEqual(await onServer(chaos, reference), []);
});

test('the checks find a lost trial, a second result, and a wrong one', async () => {
  const [first, ...others] = reference.trials;
  const lost = { ...reference, trials: others };
  assert.match(faultsOf(lost, 12).join('\n'), /one: 11 trials, not 12\none: trial 1 at place 0/);
  const watch = new Watch();
  watch.look(reference);
  watch.look({ ...reference, trials: [{ ...first, attempt: 2 }, ...others] });
  assert.match(watch.faults.join(), /^one: the result of trial 0 changed from .* to .*"attempt":2/);
  const [report, ...later] = first.reports;
  const wrong = { ...first, reports: [{ ...report, value: report.value * (1 + Number.EPSILON) }, ...later] };
  assert.deepEqual(await retrain(reference, [first], { root, cache }), []);
  assert.equal((await retrain(reference, [wrong], { root, cache })).length, 1);
});

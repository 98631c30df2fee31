/** The campaigns of scripts/soak in small: what is promised in docs/reliability.md holds, and a fault would be found. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concurrency } from '../../scripts/soak/concurrency.ts';
import { losePower } from '../../scripts/soak/kills/power.ts';
import { kills } from '../../scripts/soak/kills.ts';

test('killed 30 times, without power 500 times and on full disks, no run is lost', async () => {
  assert.equal(await kills(['--count', '30', '--power', '500', '--full', '3', '--seed', '11']), 0);
});

test('two of every command at once, and a hundred calls, give right answers', async () => {
  assert.equal(await concurrency(['--seed', '11']), 0);
});

test('a store that leaves half-written files is found out', async () => {
  assert.ok((await losePower({ count: 40, seed: 1, tears: true })).length > 0);
});

/** The recipes that promise an accuracy in under a minute, trained from scratch on the real images. */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import * as z from 'zod';
import { couture, parseDocument } from '../command.ts';

/** Below the mean of a recipe's seeds by several times their spread: what falls short of it is broken. */
const least = { 'fast-90': 0.895, 'fast-92': 0.915 };

const cwd = await mkdtemp(join(tmpdir(), 'couture-fast-'));
after(() => rm(cwd, { recursive: true, force: true }));

for (const [recipe, share] of Object.entries(least)) {
  test(`${recipe} reaches ${share * 100}% and more on the test images`, async (t) => {
    const outcome = await couture(['train', '--recipe', recipe, '--json'], { cwd });
    const figures = parseDocument(outcome, { testAccuracy: z.number(), seconds: z.number() });
    t.diagnostic(`${(figures.testAccuracy * 100).toFixed(2)}% in ${figures.seconds.toFixed(0)} s`);
    assert.ok(figures.testAccuracy >= share, String(figures.testAccuracy));
  });
}

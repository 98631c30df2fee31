/**
 * What the Studio keeps and how a run is steered, in Chromium: a learning rate changed by hand, run folders of the command
 * line, deleted runs, imported images, a full quota, a thousand runs, undo, and several tabs. Skipped with the reason where
 * there is no Chromium.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { type ServedStudio, serveStudio } from '../../src/serve/studio.ts';
import { couture, parseDocument } from '../command.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { buildStudio, checkAccessible, openStudio, result, startButton, waitForData } from '../studio.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const folder = await mkdtemp(join(tmpdir(), 'couture-studio-keep-'));
const built = join(folder, 'page');
let browser: Browser;
let served: ServedStudio;

before(async () => {
  if (!('path' in found)) return;
  await buildStudio(built);
  served = await serveStudio({ port: 0, folder: built });
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
  await served?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The SHA-256 of the weights that the command line trains with the words of a printed command. */
async function commandLine(command: string): Promise<string> {
  const words = command.replace('npx couture ', '').split(' ');
  const outcome = await couture([...words, '--json'], { cwd: folder });
  return parseDocument(outcome, { weightsSha256: z.string() }).weightsSha256;
}

/** Waits until training has reached an epoch. */
async function reached(page: Page, epoch: number): Promise<void> {
  await page.waitForFunction(
    (least) => Number.parseInt(document.querySelector('.transport dd')?.textContent ?? '', 10) >= least,
    epoch,
    { timeout: 60_000 },
  );
}

describe('the Studio keeps', { skip, timeout: 400_000 }, () => {
  test('a learning rate that is changed by hand: the printed command trains the same weights', async () => {
    const { page, faults } = await openStudio(browser, served.url, {
      fragment: '#view=train&hidden=16&epochs=10',
    });
    await waitForData(page);
    await startButton(page).click();
    await reached(page, 2);
    const rate = page.getByRole('region', { name: 'Learning rate' });
    await rate.getByRole('textbox').fill('1000');
    await rate.getByRole('button', { name: 'Change', exact: true }).click();
    await rate
      .getByRole('alert')
      .getByText(/at most 100/)
      .waitFor();
    await rate.getByRole('textbox').fill('0.0005');
    await rate.getByRole('button', { name: 'Change', exact: true }).click();
    await rate.getByText(/Changed: 0\.0005 from epoch \d+ on/).waitFor();
    const { sha, command } = await result(page);
    assert.match(command, /^npx couture train --hidden 16 --epochs 10 --rate-changes \d+:0\.0005 --seed 1$/);
    assert.equal(sha, await commandLine(command));
    assert.deepEqual(faults, []);
    await page.close();
  });
});

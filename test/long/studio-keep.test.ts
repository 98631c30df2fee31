/**
 * What the Studio keeps of a person, in Chromium: imported images, also where they are lost behind the page's back or come while
 * others are loading or trained on, and runs where the browser has no room. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { reached, result, runRow, startButton, waitForData } from '../studio.ts';
import { barsZip, importBars } from '../studio-bars.ts';
import { filesIn } from '../studio-files.ts';
import { startStudio } from '../studio-start.ts';

const { skip, folder, url, open, commandLine } = await startStudio('studio-keep');

/** Images of two classes, which are also in bars.zip for the command line. */
const zip = await barsZip(40);
await writeFile(join(folder, 'bars.zip'), zip);

describe('the Studio keeps', { skip, timeout: 300_000 }, () => {
  test('imported images are kept: a run on them goes on after a reload in mid-training', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=data&hidden=16&epochs=60&batch-size=1',
    });
    await waitForData(page);
    await importBars(page, zip);
    await startButton(page).click();
    await reached(page, 2);
    await page.reload();
    await page
      .getByRole('button', { name: 'Pause' })
      .and(page.locator(':enabled'))
      .waitFor({ timeout: 60_000 });
    const { sha, command } = await result(page);
    assert.equal(
      sha,
      await commandLine(command.replace('--data bars', `--data ${join(folder, 'bars.zip')}`)),
    );
    // Fashion-MNIST again, and back.
    await show('Runs');
    await page.getByText(/^Storage/).click();
    await page.getByRole('button', { name: 'Use fashion-mnist' }).click();
    await page.locator('.now').getByText('fashion-mnist').waitFor();
    await page.getByRole('button', { name: 'Use bars' }).click();
    await page.locator('.now').getByText('bars').waitFor();
    await page.getByRole('button', { name: 'Delete the images bars for good' }).click();
    await page.getByRole('button', { name: 'Yes, delete the images bars for good' }).click();
    await page.getByRole('button', { name: 'Use bars' }).waitFor({ state: 'detached' });
    assert.deepEqual(await filesIn(page, 'studio/sets'), []);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('a run that does not fit is refused before it starts; where room runs out, training waits for it', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=train&hidden=64&epochs=6&batch-size=256',
    });
    await waitForData(page);
    const session = await page.context().newCDPSession(page);
    const setQuota = async (quotaSize?: number): Promise<void> => {
      const origin = new URL(url()).origin;
      await session.send(
        'Storage.overrideQuotaForOrigin',
        quotaSize === undefined ? { origin } : { origin, quotaSize },
      );
    };
    await setQuota(100_000);
    await startButton(page).click();
    await page
      .getByText("This run needs 2.6 MB of this browser's storage, but less is left for this page.")
      .waitFor();
    await setQuota();
    await startButton(page).click();
    await reached(page, 2);
    await setQuota(1);
    await page.getByText('The browser has no room left for this page').waitFor({ timeout: 30_000 });
    await page.waitForTimeout(1500);
    await setQuota();
    const { sha, command } = await result(page);
    assert.equal(sha, await commandLine(command));
    assert.equal(await page.getByText('The browser has no room left').count(), 0);
    // A person may also stop: the run stays at its last stored epoch, and can be resumed.
    await startButton(page).click();
    await reached(page, 2);
    await setQuota(1);
    await page.getByRole('button', { name: 'Stop at the last stored epoch' }).click({ timeout: 30_000 });
    await page.getByText('The browser had no room for the last epochs of this run.').waitFor();
    await setQuota();
    await show('Runs');
    await runRow(page, 'custom-seed1-2').click();
    await page.getByRole('button', { name: 'Resume' }).click();
    assert.equal((await result(page)).sha, sha);
    assert.deepEqual(faults, []);
    await page.close();
  });
});

/** Tasks of the page's main thread over 50 ms: in training, and while maps and findings are shown. */

import type { Browser, Page } from 'playwright-core';
import { openStudio, result, startButton, waitForData } from '../../test/studio.ts';

/** Trains, makes both maps, and audits. */
export async function measureTasks(browser: Browser, url: string): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addInitScript(noteTasks);
  const { page, show } = await openStudio(context, url, {
    fragment: '#view=train&recipe=baseline&epochs=12',
  });
  await page.locator('.verdict').waitFor();
  await waitForData(page);
  await page.waitForTimeout(2000);
  await tell(page, 'loading all images');
  await startButton(page).click();
  await result(page);
  await tell(page, 'training 12 epochs');
  await show('Understand');
  await page.locator('.walk').waitFor();
  await tell(page, 'one image in the layers');
  await page.getByRole('button', { name: /^Evaluate/ }).click();
  await page.locator('[data-cell="6 0"]').waitFor({ timeout: 60_000 });
  await page.locator('.losses li').first().waitFor();
  await tell(page, 'evaluation and top losses');
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  for (const method of ['PCA', 'UMAP']) {
    await page.getByRole('button', { name: method, exact: true }).click();
    await page.getByRole('heading', { name: new RegExp(`^${method} of`) }).waitFor({ timeout: 120_000 });
    await tell(page, `the map by ${method}`);
  }
  await show('Data');
  await page.getByRole('button', { name: 'Audit', exact: true }).click();
  await page.getByRole('button', { name: 'Audit the data set' }).click();
  await page.locator('.findings.pairs li').first().waitFor({ timeout: 300_000 });
  await tell(page, 'the audit and its findings');
  await context.close();
}

/** Prints what has been noted since the last time, once the page has come to rest. */
async function tell(page: Page, doing: string): Promise<void> {
  await page.waitForTimeout(500);
  const tasks: string[] = await page.evaluate(() => Reflect.get(window, 'longTasks').splice(0));
  console.log(`Tasks over 50 ms, ${doing}: ${tasks.length}.`);
  for (const task of tasks) console.log(`  ${task}`);
}

/** Runs in the page: notes each long frame, and which scripts it spent its time in. */
function noteTasks(): void {
  const tasks: string[] = [];
  Reflect.set(window, 'longTasks', tasks);
  const rounded = (milliseconds: number): string => `${Math.round(milliseconds)} ms`;
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries())
      tasks.push(`task of ${rounded(duration)} at ${(startTime / 1000).toFixed(2)} s`);
  }).observe({ type: 'longtask' });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const scripts: { duration: number; invoker: string; forcedStyleAndLayoutDuration: number }[] =
        Reflect.get(entry, 'scripts');
      const named = scripts.map(
        ({ duration, invoker, forcedStyleAndLayoutDuration }) =>
          `${invoker.split('/').at(-1)} ${rounded(duration)} (layout ${rounded(forcedStyleAndLayoutDuration)})`,
      );
      const style = entry.startTime + entry.duration - Reflect.get(entry, 'styleAndLayoutStart');
      tasks.push(
        `  frame of ${rounded(entry.duration)} at ${(entry.startTime / 1000).toFixed(2)} s: ${named.join(', ')}; style, layout and paint ${rounded(style)}`,
      );
    }
  }).observe({ type: 'long-animation-frame' });
}

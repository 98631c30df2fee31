/** What the page does before its first answer: its longest task, all tasks over 50 ms, and when the answer is there. */

import type { Browser } from 'playwright-core';

/** Loads of the page, each with an empty cache. */
const LOADS = 9;

/** Opens the page several times and prints the medians. */
export async function measureFirstTasks(browser: Browser, url: string): Promise<void> {
  const loads: { readonly tasks: readonly number[]; readonly shown: number; readonly answered: number }[] =
    [];
  for (let i = 0; i < LOADS; i++) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
    await context.addInitScript(noteTasks);
    const page = await context.newPage();
    await page.goto(url);
    await page.locator('.verdict').waitFor();
    await page.waitForTimeout(1000);
    loads.push(await page.evaluate(() => Reflect.get(window, 'noted')));
    await context.close();
  }
  const median = (values: number[]): string =>
    values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)].toFixed(0);
  const [longest, blocked] = [
    loads.map(({ tasks }) => Math.max(0, ...tasks)),
    loads.map(({ tasks }) => tasks.reduce((sum, task) => sum + task - 50, 0)),
  ];
  console.log(`First load, medians of ${LOADS}: the longest task ${median(longest)} ms,`);
  console.log(
    `  tasks over 50 ms: ${median(loads.map(({ tasks }) => tasks.length))}, blocked for ${median(blocked)} ms,`,
  );
  console.log(
    `  shown after ${median(loads.map(({ shown }) => shown))} ms, answered after ${median(loads.map(({ answered }) => answered))} ms.`,
  );
}

/** Runs in the page: notes its tasks over 50 ms, and when the page and the first answer are there. */
function noteTasks(): void {
  const noted = { tasks: [] as number[], shown: 0, answered: 0 };
  Reflect.set(window, 'noted', noted);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) noted.tasks.push(duration);
  }).observe({ type: 'longtask', buffered: true });
  const look = (): void => {
    if (noted.shown === 0 && document.querySelector('.app') !== null) noted.shown = performance.now();
    if (document.querySelector('.verdict') === null) requestAnimationFrame(look);
    else noted.answered = performance.now();
  };
  requestAnimationFrame(look);
}

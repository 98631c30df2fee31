/**
 * Makes the pictures of docs/studio.md: trains the baseline in the Studio in Chromium, and shows every view, light and
 * dark, wide and on a phone. `npm run studio-pictures` builds the page first. It also prints what it measures: the time
 * to the first answer, images a second, and the tasks of the page that took over 50 ms while it trained.
 */

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { serveStudio } from '../src/serve/studio.ts';
import { findChromium, root } from '../test/matrix/runtimes.ts';
import { buildStudio, openStudio, result, startButton, waitForData } from '../test/studio.ts';
import { makeStudy, pictureStudy } from './studio-study-pictures.ts';

const found = await findChromium();
if ('missing' in found) {
  console.error(`The pictures were not made: ${found.missing}.`);
  process.exit(1);
}
const out = join(root, 'docs/studio');
const folder = await mkdtemp(join(tmpdir(), 'couture-studio-pictures-'));
await mkdir(out, { recursive: true });
await buildStudio(folder);
const machine = await mkdtemp(join(tmpdir(), 'couture-studio-machine-'));
await makeStudy(machine);
const served = await serveStudio({
  ...{ port: 0, folder, runs: join(machine, 'runs/train'), studies: join(machine, 'runs/tune') },
});
const browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });

/** A look at the page: its sides and its colors. */
interface Look {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: 'light' | 'dark';
}
const wide: Look = { width: 1440, height: 900, colorScheme: 'light' };
const dark: Look = { ...wide, colorScheme: 'dark' };
const laptop: Look = { width: 1280, height: 800, colorScheme: 'light' };
const phone: Look = { width: 390, height: 844, colorScheme: 'light' };
const night: Look = { ...phone, colorScheme: 'dark' };

async function picture(page: Page, name: string): Promise<void> {
  // Sizes and bars have come to rest.
  await page.waitForTimeout(600);
  const shot = await page.screenshot();
  const bytes = await sharp(shot).png({ palette: true, colors: 128, effort: 10 }).toBuffer();
  await writeFile(join(out, `${name}.png`), bytes);
  console.log(`docs/studio/${name}.png: ${Math.round(bytes.length / 1024)} KB`);
}

async function look(page: Page, { width, height, colorScheme }: Look): Promise<void> {
  await page.setViewportSize({ width, height });
  await page.emulateMedia({ colorScheme });
}

/** Counts the predictions of a camera that Chromium makes up. */
async function measureCamera(executablePath: string): Promise<void> {
  const device = ['--use-fake-device-for-media-stream=fps=30', '--use-fake-ui-for-media-stream'];
  const other = await chromium.launch({ executablePath, args: ['--no-sandbox', ...device] });
  try {
    const { page } = await openStudio(other, served.url);
    await waitForData(page);
    await page.locator('.nearest li').first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Camera', exact: true }).click();
    await page.getByText('Picture of 64 x 64 pixels').waitFor();
    const SECONDS = 5;
    const count = await page.evaluate(async (seconds) => {
      let changes = 0;
      const place = document.querySelector('.seen');
      if (place === null) return 0;
      const observer = new MutationObserver(() => {
        changes += 1;
      });
      observer.observe(place, { subtree: true, characterData: true, childList: true });
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
      observer.disconnect();
      return changes;
    }, SECONDS);
    console.log(`Camera: ${(count / SECONDS).toFixed(1)} predictions a second.`);
  } finally {
    await other.close();
  }
}

try {
  const began = performance.now();
  const { page, show, faults } = await openStudio(browser, served.url, {
    fragment: '#view=train&recipe=baseline&epochs=12',
    viewport: { width: wide.width, height: wide.height },
    colorScheme: wide.colorScheme,
  });
  await page.locator('.verdict').waitFor();
  console.log(`First answer after ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  await waitForData(page);
  console.log(`All images after ${((performance.now() - began) / 1000).toFixed(1)} s.`);

  await page.evaluate(() => {
    const tasks: number[] = [];
    Reflect.set(window, 'longTasks', tasks);
    new PerformanceObserver((list) => {
      tasks.push(...list.getEntries().map(({ duration }) => Math.round(duration)));
    }).observe({ type: 'longtask' });
  });
  await startButton(page).click();
  await page.locator('.transport').getByText('7 / 12').waitFor({ timeout: 120_000 });
  const speed = await page.locator('.transport dd').nth(3).textContent();
  await picture(page, 'train');
  const { sha, command } = await result(page);
  const tasks: number[] = await page.evaluate(() => Reflect.get(window, 'longTasks'));
  console.log(`${speed} images a second; ${command}: ${sha}`);
  console.log(`Tasks over 50 ms while training: ${tasks.length} (${tasks.join(', ')} ms).`);

  await look(page, dark);
  await picture(page, 'result-dark');
  const understand = page.getByRole('button', { name: 'One image' });
  await show('Understand');
  await page.locator('.nearest li').first().waitFor({ timeout: 60_000 });
  await page.getByRole('listbox', { name: 'Units of fc2' }).click({ position: { x: 60, y: 20 } });
  await page.locator('.unit-card .tiles').waitFor();
  await picture(page, 'layers-dark');
  await page.getByRole('button', { name: /^Evaluate/ }).click();
  await page.locator('[data-cell="6 0"]').waitFor();
  await picture(page, 'understand-dark');
  await look(page, laptop);
  await page.locator('[data-cell="6 0"]').click();
  await picture(page, 'cell');
  await page.getByRole('region', { name: 'Top losses' }).scrollIntoViewIfNeeded();
  await page.locator('.losses').evaluate((list) => list.scrollIntoView({ block: 'start' }));
  await picture(page, 'losses');
  await page.getByRole('button', { name: 'Map', exact: true }).click();
  await page.getByRole('button', { name: 'UMAP' }).click();
  await page.getByRole('heading', { name: /^UMAP of/ }).waitFor({ timeout: 120_000 });
  await page.locator('.map').evaluate((map) => map.scrollIntoView({ block: 'end' }));
  await page.locator('.map').focus();
  await page.keyboard.press('ArrowRight');
  await picture(page, 'map');
  await understand.click();
  await page.getByRole('button', { name: 'Explain' }).click();
  await page.locator('svg[data-figure=saliency]').scrollIntoViewIfNeeded();
  await picture(page, 'explain');
  const seen: number[] = await page.evaluate(() => Reflect.get(window, 'longTasks').slice());
  console.log(`Tasks over 50 ms also while looking: ${seen.length} (${seen.join(', ')} ms).`);
  await show('Data');
  await page.locator('.grid').click({ position: { x: 90, y: 150 } });
  await page.locator('.enlarged.card').waitFor();
  await picture(page, 'data');
  await page.getByRole('button', { name: 'Audit', exact: true }).click();
  await page.getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Audit the data set' }).click();
  await page.locator('.findings.pairs li').first().waitFor({ timeout: 300_000 });
  await page.getByRole('region', { name: 'Doubtful labels' }).evaluate((part) => part.scrollIntoView());
  await picture(page, 'audit');
  await page.getByRole('button', { name: 'Images', exact: true }).click();
  await page.getByRole('button', { name: 'Collect' }).click();
  await picture(page, 'collect');
  await show('Runs');
  await page.getByRole('button', { name: /^baseline-seed1/ }).click();
  await picture(page, 'runs');
  await page.getByRole('button', { name: 'Close' }).click();
  await pictureStudy({ page, picture, onPhone: async () => await look(page, night) });

  await look(page, wide);
  await page.getByRole('button', { name: 'Tour' }).click();
  await picture(page, 'tour');
  await page.getByRole('button', { name: 'End the tour' }).click();

  await look(page, phone);
  await show('Predict');
  await page.getByRole('button', { name: 'Draw' }).click();
  const box = await page.locator('.pad').boundingBox();
  if (box === null) throw new Error('There is no pad.');
  // Trousers.
  for (const [from, to] of [
    [0.3, 0.28],
    [0.42, 0.4],
    [0.58, 0.6],
    [0.7, 0.72],
  ]) {
    await page.mouse.move(box.x + from * box.width, box.y + 0.12 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + to * box.width, box.y + 0.88 * box.height, { steps: 12 });
    await page.mouse.up();
  }
  await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.12 * box.height);
  await page.mouse.down();
  await page.mouse.move(box.x + 0.7 * box.width, box.y + 0.12 * box.height, { steps: 12 });
  await page.mouse.up();
  await page.getByText('Resized to 28 x 28').waitFor();
  await picture(page, 'phone-predict');
  await show('Data');
  await picture(page, 'phone-data');
  await look(page, night);
  await show('Train');
  await picture(page, 'phone-train-dark');
  await show('Model');
  await picture(page, 'phone-model-dark');
  await show('Understand');
  await understand.click();
  await page.locator('.units').first().scrollIntoViewIfNeeded();
  await picture(page, 'phone-layers-dark');
  if (faults.length > 0) throw new Error(faults.join('\n'));
  await measureCamera(found.path);
} finally {
  await browser.close();
  await served.close();
  for (const one of [folder, machine]) await rm(one, { recursive: true, force: true });
}

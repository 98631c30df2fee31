/**
 * Runs in a page: Chromium keeps them in files of the page's own (OPFS), holds to the contract of stores, and ends a run
 * that a closed page left behind in the bits that Node has. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { trainRun } from '../../src/runs/experiment.ts';
import { resolveConfig } from '../../src/train/config.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { memoryPlatform } from '../memory-platform.ts';
import { openSourcePage } from '../source-page.ts';
import { storeCases } from '../store-contract.ts';
import { tinyTrain } from '../tiny-data.ts';

type InPage = typeof import('./runs-in-page.ts');

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;

let browser: Browser | undefined;
let context: BrowserContext | undefined;
before(async () => {
  if (!('path' in found)) return;
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
  context = await browser.newContext();
});
after(async () => {
  await browser?.close();
});

const strays: string[] = [];
const open = async (): Promise<Page> => await openSourcePage(context, strays);

/** Calls one of the functions of runs-in-page.ts with plain arguments. */
async function call<Name extends Exclude<keyof InPage, 'trainInPage'>>(
  page: Page,
  name: Name,
  argument: Parameters<InPage[Name]>[0],
): Promise<Awaited<ReturnType<InPage[Name]>>>;
async function call(page: Page, name: keyof InPage, ...rest: unknown[]): Promise<unknown> {
  return await page.evaluate(
    async ([path, name, rest]) => {
      const module: Record<string, (...rest: unknown[]) => unknown> = await import(path);
      return await module[name](...rest);
    },
    ['/test/long/runs-in-page.ts', name, rest] as const,
  );
}

describe('a store in files of a page', { skip }, () => {
  for (const { title } of storeCases)
    test(title, async () => {
      const page = await open();
      await call(page, 'holdCase', title);
      await page.close();
    });

  test('a lock holds for other pages, and goes with the page that holds it', async () => {
    const [first, second] = [await open(), await open()];
    await call(first, 'holdLock', 'locked');
    await assert.rejects(call(second, 'holdLock', 'locked'), /locked is in use by this page or another one/);
    await first.close();
    await call(second, 'holdLock', 'locked');
    await second.close();
  });

  test('a page that is closed while it writes leaves the old file, and nothing beside it', async () => {
    const first = await open();
    await call(first, 'writeFile', ['kept.txt', 'whole']);
    await call(first, 'beginWriting', 'kept.txt');
    await first.close();
    const second = await open();
    const { names, text } = await call(second, 'look', 'kept.txt');
    assert.equal(text, 'whole');
    assert.deepEqual(
      names.filter((name) => name.includes('kept')),
      ['kept.txt'],
    );
    await second.close();
  });
});

test('a run whose page was closed goes on in another page, to the bits of Node', { skip }, async () => {
  const settings = { hidden: [8], epochs: 60, batchSize: 8, seed: 3 };
  const config = resolveConfig({ dataset: tinyTrain, settings });
  const { metrics: expected } = await trainRun(memoryPlatform(), { config });

  const first = await open();
  let seen = 0;
  const closed = new Promise<void>((resolve) => {
    first.once('close', () => resolve());
  });
  await first.exposeFunction('heard', (epoch: number) => {
    seen = epoch;
    if (epoch === 5) void first.close();
  });
  const trainIn = async (page: Page, what: Parameters<InPage['trainInPage']>[0]) =>
    await page.evaluate(
      async ([path, what]) => {
        const { trainInPage }: InPage = await import(path);
        return await trainInPage(what, Reflect.get(window, 'heard'));
      },
      ['/test/long/runs-in-page.ts', what] as const,
    );
  await assert.rejects(trainIn(first, { settings }));
  await closed;
  assert.ok(seen < 60, `the page came to epoch ${seen}`);

  const second = await open();
  const epochs: number[] = [];
  await second.exposeFunction('heard', (epoch: number) => epochs.push(epoch));
  const { path, metrics, platform } = await trainIn(second, { resume: 'custom-seed3' });
  assert.equal(path, 'runs/train/custom-seed3');
  assert.ok(epochs[0] > 1, `it went on with epoch ${epochs[0]}`);
  assert.equal(metrics.weightsSha256, expected.weightsSha256);
  assert.equal(metrics.lastSha256, expected.lastSha256);
  assert.equal(metrics.testAccuracy, expected.testAccuracy);
  assert.match(platform, /Chrom/);
  assert.deepEqual(strays, []);
  await second.close();
});

/**
 * The Studio in Firefox and WebKit, from an empty page to an answer, a trained network with the bits of the command line, and
 * the run after a reload. Skipped with the reason where the browser is not installed.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import * as z from 'zod';
import { type ServedStudio, serveStudio } from '../../src/serve/studio.ts';
import { couture, parseDocument } from '../command.ts';
import { type OtherBrowser, startFirefox, startWebKit } from '../other-browsers.ts';
import { buildStudio } from '../studio.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-studio-browsers-'));
let served: ServedStudio;
let expected: string;

before(async () => {
  await buildStudio(join(folder, 'page'));
  served = await serveStudio({ port: 0, folder: join(folder, 'page'), runs: join(folder, 'runs') });
  const words = ['train', '--hidden', '16', '--epochs', '1', '--seed', '1', '--json'];
  const outcome = await couture(words, { cwd: folder });
  expected = parseDocument(outcome, { weightsSha256: z.string() }).weightsSha256;
});
after(async () => {
  await served?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Waits until an expression is true in the page; what the page shows is part of the failure. */
async function until(browser: OtherBrowser, expression: string, seconds = 120): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    if ((await browser.evaluate(expression)) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const text = await browser.evaluate('document.body.innerText.slice(0, 3000)');
  assert.fail(`${browser.version}: not within ${seconds} s: ${expression}\n${text}`);
}

const { COUTURE_WEBKIT } = process.env;

const button = (name: string): string =>
  `[...document.querySelectorAll('button')].find((one) => one.textContent.trim() === ${JSON.stringify(name)})`;

describe('the Studio in other browsers', { timeout: 300_000 }, () => {
  for (const [name, start] of [
    ['Firefox', startFirefox],
    ['WebKit', startWebKit],
  ] as const)
    test(`${name}: an answer, one epoch, the bits of the command line, and the run after a reload`, async (context) => {
      // In WebKitGTK, the first answer never came: docs/studio.md.
      if (name === 'WebKit' && COUTURE_WEBKIT !== '1') {
        context.skip('WebKit is known to fail: COUTURE_WEBKIT=1 tries it');
        return;
      }
      const browser = await start();
      if ('missing' in browser) {
        context.skip(browser.missing);
        return;
      }
      try {
        console.log(browser.version);
        await browser.open(`${served.url}#view=train&hidden=16&epochs=1`);
        await until(browser, `document.querySelector('.verdict')?.textContent === 'Ankle boot'`);
        await until(browser, `${button('Start')}?.disabled === false`);
        await browser.evaluate(`${button('Start')}.click()`);
        await until(browser, `document.querySelector('.result [data-sha]') !== null`);
        assert.equal(
          await browser.evaluate(`document.querySelector('.result [data-sha]').textContent`),
          expected,
        );
        assert.equal(await browser.evaluate('crossOriginIsolated'), true);
        await until(browser, `document.querySelector('svg[data-figure=curves]') !== null`);
        // WebKitGTK has no private files for pages, so its runs end with the page.
        if ((await browser.evaluate('typeof navigator.storage?.getDirectory')) !== 'function') {
          await until(
            browser,
            `document.body.textContent.includes('Runs are lost when this page is closed.')`,
          );
          return;
        }
        await browser.open('about:blank');
        await browser.open(`${served.url}#view=runs`);
        await until(
          browser,
          `document.querySelector('.run-list')?.textContent.startsWith('custom-seed1') === true`,
        );
      } finally {
        await browser.close();
      }
    });
});

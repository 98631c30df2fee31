/**
 * Strange files through all ways: `predict` of bytes and of a path, the command, `serve`, the module in Node, and the HTML file. Each
 * gives the same label, or all say what is wrong. The module in Node reads no JPEG, no WebP, and no rare PNG, and says so.
 */

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { load } from '../../src/platform/node/load.ts';
import type { ModuleModel } from '../../src/platform/web/module/runtime.ts';
import { couture } from '../command.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { type Serving, startServing } from '../serving.ts';
import { strangeFiles } from '../strange-files.ts';

const found = await findChromium();
const folder = await mkdtemp(join(tmpdir(), 'couture-strange-'));
const files = await strangeFiles();
const ours = await load('compact', { backend: 'cpu' });
let serving: Serving;
let module: ModuleModel;
let browser: Browser | undefined;
let page: Page | undefined;

/** The model that the page has as a global. */
declare const model: ModuleModel;

/** What a way says of a file. */
interface Said {
  readonly label?: string;
  readonly error?: string;
}

before(async () => {
  for (const { name, bytes } of files) await writeFile(join(folder, name), bytes);
  for (const [format, out] of [
    ['esm', 'module'],
    ['html', 'page.html'],
  ]) {
    const { code, err } = await couture(['export', 'compact', '--to', format, '--out', join(folder, out)]);
    assert.equal(code, 0, err);
  }
  module = await import(pathToFileURL(join(folder, 'module/model.js')).href);
  serving = await startServing(['compact', '--drain-seconds', '0', '--log-level', 'silent']);
  if (!('path' in found)) return;
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
  page = await browser.newPage();
  await page.goto(pathToFileURL(join(folder, 'page.html')).href);
  await page.waitForSelector('html[data-ready]', { state: 'attached' });
});
after(async () => {
  await browser?.close();
  await serving?.stop();
  await ours.dispose();
  await rm(folder, { recursive: true, force: true });
});

/** What each way says: those that can read the file. */
interface Ways {
  readonly bytes: Said;
  readonly path: Said;
  readonly serve: Said;
  html?: Said;
  module?: Said;
}

async function said(asking: Promise<{ readonly label: string }>): Promise<Said> {
  try {
    return { label: (await asking).label };
  } catch (error) {
    const { message, hint = '' } = error as { message: string; hint?: string };
    return { error: `${message} ${hint}` };
  }
}

async function servedOf(bytes: Uint8Array<ArrayBuffer>): Promise<Said> {
  const url = `${serving.url}models/compact/predict?unlike=false`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'image/png' },
    body: bytes,
  });
  const { predictions, error } = await response.json();
  if (response.ok) return { label: predictions[0].label };
  assert.ok(response.status < 500, `${response.status}`);
  return { error: error.message };
}

const inPage = async (base64: string): Promise<{ label?: string; error?: string }> => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  try {
    return { label: (await model.classify(new Blob([bytes]))).label };
  } catch (error) {
    return { error: (error as Error).message };
  }
};

describe('strange files', () => {
  for (const { name, bytes, fault } of files)
    test(name, async () => {
      const path = join(folder, name);
      const ways: Ways = {
        bytes: await said(ours.predict(bytes)),
        path: await said(ours.predict(path)),
        serve: await servedOf(bytes),
      };
      if (page !== undefined) ways.html = await page.evaluate(inPage, Buffer.from(bytes).toString('base64'));
      const inNode = await said(module.classify(bytes));
      if (!/this runtime cannot decode/.test(inNode.error ?? '')) ways.module = inNode;
      for (const [way, { label, error }] of Object.entries<Said>({ ...ways })) {
        if (fault === undefined) assert.equal(label, ways.path.label, `${way}: ${error}`);
        else assert.match(error ?? `an answer: ${label}`, fault, way);
        assert.doesNotMatch(error ?? '', /the image the image|undefined|\[object/, way);
      }
    });

  test('the command has an answer for all that have one, and names the first that has none', async () => {
    const good = files.filter(({ fault }) => fault === undefined).map(({ name }) => join(folder, name));
    const { code, out, err } = await couture(['predict', 'compact', ...good, '--json', '--backend', 'cpu']);
    assert.equal(code, 0, err);
    for (const [i, { label }] of JSON.parse(out).predictions.entries())
      assert.equal(label, (await ours.predict(good[i])).label, good[i]);
    const [bad] = files.filter(({ fault }) => fault !== undefined);
    const refused = await couture(['predict', 'compact', join(folder, bad.name)]);
    assert.equal(refused.code, 3);
    assert.match(refused.err, /^error: Cannot read the image \S+animated\.gif: it is a GIF image/);
  });
});

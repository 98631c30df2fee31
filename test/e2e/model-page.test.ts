/**
 * A model that comes with the package, in a page: Chromium reads the file and says of every image, bit for bit, what Node
 * says. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { load } from '../../src/platform/node/load.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { makeImages } from '../model-fixture.ts';
import { openSourcePage } from '../source-page.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const COUNT = 40;

let browser: Browser | undefined;
before(async () => {
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
});

/** What the page runs. */
const askInPage = async ({ name, pixels }: { name: string; pixels: number[] }): Promise<number[]> => {
  // Addresses of the page, which a type checker must not look up.
  const [filePath, ensemblePath, backendPath]: string[] = [
    '/src/ship/model-file.ts',
    '/src/use/ensemble.ts',
    '/src/platform/web/backend.ts',
  ];
  const { decodeModel }: typeof import('../../src/ship/model-file.ts') = await import(filePath);
  const { Ensemble }: typeof import('../../src/use/ensemble.ts') = await import(ensemblePath);
  const { createWebBackend }: typeof import('../../src/platform/web/backend.ts') = await import(backendPath);
  const response = await fetch(`/models/${name}.safetensors`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { members, views, temperature, data } = await decodeModel(bytes, name);
  await using ensemble = new Ensemble({
    ...{ members, views, temperature, classNames: data.classNames },
    backend: await createWebBackend(),
  });
  return [...(await ensemble.logProbabilities(Uint8Array.from(pixels)))];
};

for (const name of ['compact', 'best']) {
  test(`${name} says in a page what it says in Node`, { skip }, async () => {
    const images = makeImages(COUNT, 784);
    await using model = await load(name);
    const expected = await model.logProbabilities(images);
    const strays: string[] = [];
    const page = await openSourcePage(browser, strays);
    const answered = await page.evaluate(askInPage, { name, pixels: [...images] });
    assert.deepEqual(strays, []);
    assert.deepEqual(Float32Array.from(answered), expected);
    assert.equal(answered.length, COUNT * 10);
    await page.close();
  });
}

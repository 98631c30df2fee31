/**
 * What a person sees and asks in the Studio: layers and units of one image, mistakes, the map, nearest images, unlike
 * pictures, the audit, figures and the report. Numbers are compared with those of the library in Node. Skipped with the
 * reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Download, Page } from 'playwright-core';
import sharp from 'sharp';
import { evaluateLogProbabilities, findTopLosses } from '../../src/inspect/index.ts';
import { createNodeBackend, getDataset } from '../../src/node.ts';
import { decodeModel } from '../../src/ship/index.ts';
import { Classifier, Ensemble, UnlikeScorer } from '../../src/use/index.ts';
import { root } from '../matrix/runtimes.ts';
import { checkAccessible, startButton, trainToEnd, waitForData } from '../studio.ts';
import { barPng, barsZip } from '../studio-bars.ts';
import { startStudio } from '../studio-start.ts';

const { skip, url, browser, open } = await startStudio('studio-see');

/** The shipped model in Node. */
async function shipped() {
  const file = await decodeModel(
    new Uint8Array(await readFile(join(root, 'models/compact.safetensors'))),
    'compact',
  );
  const { members, data, views, temperature, unlike } = file;
  const { classNames, shape } = data;
  const backend = await createNodeBackend({ backend: 'cpu' });
  assert.ok(unlike);
  return {
    shape,
    backend,
    scorer: new UnlikeScorer(unlike),
    inner: new Classifier({ ...members[0], classNames, backend, shared: true }),
    whole: new Ensemble({ members, classNames, views, temperature, backend, shared: true }),
  };
}

const part = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const place = async (page: Page): Promise<string> =>
  await page.getByRole('spinbutton', { name: /^(Test|Training) image$/ }).inputValue();

/** What a canvas shows. */
const pixelsOf = (canvas: HTMLElement | SVGElement): string =>
  canvas instanceof HTMLCanvasElement ? canvas.toDataURL() : '';

/** Notes what the page asks its worker about a picture: the question, and the kind of the picture. */
async function noteAsked(page: Page): Promise<() => Promise<string[]>> {
  await page.evaluate(() => {
    const noted = new Set<string>();
    Reflect.set(window, 'noted', noted);
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, ...given: unknown[]) {
      const [{ type, ask }] = given as [{ type: string; ask?: { picture?: { kind: string } } }];
      if (ask?.picture !== undefined) noted.add(`${type} ${ask.picture.kind}`);
      return Reflect.apply(post, this, given);
    } as Worker['postMessage'];
  });
  return async () => await page.evaluate(() => [...Reflect.get(window, 'noted')].sort());
}

/** What a click downloads. */
async function download(page: Page, click: () => Promise<void>): Promise<{ file: Download; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download', { timeout: 90_000 }), click()]);
  return { file, bytes: await readFile(await file.path()) };
}

/** Bars with one picture in both classes, so one label must be wrong. */
const bars = async (): Promise<Buffer> =>
  await barsZip(200, [{ name: 'bars/low/copy.png', input: barPng(3, 0) }]);

describe('the Studio shows and explains', { skip, timeout: 300_000 }, () => {
  test('the layers of the shipped model, its units, its nearest images and its mistakes, as in Node', async () => {
    const { page, faults } = await open({
      fragment: '#view=understand',
      viewport: { width: 1280, height: 800 },
    });
    const { inner, whole, scorer, shape, backend } = await shipped();
    const train = await getDataset('fashion-mnist', 'train');
    const tests = await getDataset('fashion-mnist', 'test');
    const image = tests.images.subarray(0, 784);

    // The walk: units that are above 0, layer by layer.
    await page.locator('.units').first().waitFor({ timeout: 60_000 });
    const stops = await page.locator('.flow .stop p').allTextContents();
    assert.equal(stops.length, 4);
    for (const layer of [0, 1]) {
      const values = await inner.activations(image, { layer });
      const active = values.filter((value) => value > 0).length;
      const largest = Math.max(...values).toFixed(2);
      assert.ok(
        stops[layer + 1].endsWith(`${active} of ${values.length} units above 0, the largest ${largest}`),
        stops[layer + 1],
      );
    }
    // A unit of the second layer, by keyboard: the image that excites it most is the one that the library finds.
    const units = page.getByRole('listbox', { name: 'Units of fc2' });
    await units.focus();
    for (let i = 0; i < 5; i++) await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    const unit = page.getByRole('complementary', { name: 'Unit' });
    await unit.getByRole('heading', { name: 'fc2, unit 5' }).waitFor();
    await unit.locator('.tiles').waitFor({ timeout: 60_000 });
    const layer2 = await inner.activations(tests.images, { layer: 1 });
    const ofUnit = Float32Array.from({ length: tests.length }, (_, i) => layer2[i * 224 + 5]);
    const most = ofUnit.indexOf(Math.max(...ofUnit));
    // What a fifth input contributes, in the order of the size of the effects.
    const first = await inner.activations(image, { layer: 0 });
    const { weights } = (
      await decodeModel(new Uint8Array(await readFile(join(root, 'models/compact.safetensors'))), 'compact')
    ).members[0];
    const row = weights.get('fc2.weight')?.subarray(5 * 448, 6 * 448) ?? new Float32Array();
    const effects = [...row.keys()].sort((a, b) => Math.abs(row[b] * first[b]) - Math.abs(row[a] * first[a]));
    const inputs = await unit.locator('.inputs button').allTextContents();
    assert.deepEqual(
      inputs.map((text) => Number.parseInt(text.replace('unit ', ''), 10)),
      effects.slice(0, 6),
    );
    await checkAccessible(page, 'One image');
    await unit.locator('.tiles').click({ position: { x: 10, y: 10 } });
    await page.waitForFunction(
      (index) => document.querySelector<HTMLInputElement>('.sources input[type=number]')?.value === index,
      String(most),
    );

    // Unlike the training images: the score of the library.
    const [score] = scorer.scores(tests.images.subarray(most * 784, (most + 1) * 784), shape);
    await page
      .getByText(`score ${score.toFixed(2)}, limit ${scorer.limit.toFixed(2)}`, { exact: false })
      .waitFor();

    // Nearest training images by the last hidden layer, searched exactly.
    const nearest = page.getByRole('region', { name: 'Nearest training images' });
    await nearest.getByText('by the last hidden layer, of 60,000').waitFor({ timeout: 60_000 });
    const query = layer2.subarray(most * 224, (most + 1) * 224);
    const all = await inner.activations(train.images, { layer: 1 });
    const cosine = (i: number): number => {
      let [dot, square] = [0, 0];
      for (let j = 0; j < 224; j++) {
        dot += query[j] * all[i * 224 + j];
        square += all[i * 224 + j] ** 2;
      }
      return dot / Math.sqrt(square);
    };
    let best = 0;
    for (let i = 1; i < train.length; i++) if (cosine(i) > cosine(best)) best = i;
    await nearest.getByRole('button').first().click();
    await page.getByRole('spinbutton', { name: 'Training image' }).waitFor();
    assert.equal(await place(page), String(best));

    // Mistakes: the worst one, and the figures of a class.
    await page.getByRole('button', { name: 'Evaluate compact' }).click();
    const losses = page.getByRole('region', { name: 'Top losses' });
    await losses.getByRole('button').first().waitFor();
    const logProbabilities = await whole.logProbabilities(tests.images);
    const [worst] = findTopLosses(tests, logProbabilities, 1);
    const { perClass } = evaluateLogProbabilities(logProbabilities, tests.labels, tests.info.classNames);
    const shown = (await losses.locator('li').first().textContent()) ?? '';
    assert.match(shown, new RegExp(`loss ${worst.loss.toFixed(1)}`));
    await losses.getByRole('button').first().click();
    await page.getByRole('spinbutton', { name: 'Test image' }).waitFor();
    assert.equal(await place(page), String(worst.index));
    // The weakest class comes first once the table is sorted.
    await page.getByRole('button', { name: 'Recall' }).click();
    const weakest = perClass.toSorted((a, b) => a.recall - b.recall)[0];
    const cells = await page.locator('.class-table tbody tr').first().locator('th, td').allTextContents();
    assert.deepEqual(cells, [
      weakest.name,
      ...[weakest.precision, weakest.recall, weakest.f1].map((share) => `${(share * 100).toFixed(1)}%`),
      '1,000',
    ]);
    await checkAccessible(page, 'Test images');

    // The matrix as files.
    const figure = page.locator('.figure').filter({ has: page.locator('svg[data-figure=confusion]') });
    const png = await download(page, async () => await figure.getByRole('button', { name: /^PNG/ }).click());
    assert.equal(png.file.suggestedFilename(), 'confusion.png');
    const { width, channels } = await sharp(png.bytes).metadata();
    const { entropy } = await sharp(png.bytes).stats();
    assert.ok(
      (width ?? 0) >= 1280 && (channels ?? 0) >= 3 && entropy > 0.5,
      `${width} pixels, entropy ${entropy}`,
    );
    const svg = await download(page, async () => await figure.getByRole('button', { name: /^SVG/ }).click());
    assert.match(svg.bytes.toString(), /^<svg [^>]*data-figure="confusion"/);
    assert.match(svg.bytes.toString(), new RegExp(`>${weakest.name}<`));

    // The map by keyboard.
    await part(page, 'Map').click();
    await page.getByRole('button', { name: 'PCA' }).click();
    const map = page.getByRole('listbox', { name: 'Map of test images' });
    await map.focus();
    await page.keyboard.press('ArrowLeft');
    const words = await page.locator('#map-point').textContent();
    const index = Number(/test image (\d+)$/.exec(words ?? '')?.[1]);
    assert.ok(words?.startsWith(tests.info.classNames[tests.labels[index]]), words ?? '');
    await checkAccessible(page, 'Map');
    // UMAP is stopped in its search for neighbors, and the map before stays.
    await page.getByRole('button', { name: 'UMAP' }).click();
    await page.getByRole('progressbar', { name: 'Placing neighbors together' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.job').waitFor({ state: 'detached' });
    assert.equal(await page.locator('.column [role=alert]').count(), 0);
    await page.getByRole('heading', { name: /^PCA of/ }).waitFor();
    await map.focus();
    await page.keyboard.press('Enter');
    await page.waitForFunction(
      (sought) => document.querySelector<HTMLInputElement>('.sources input[type=number]')?.value === sought,
      String(index),
    );
    assert.deepEqual(faults, []);
    await page.close();
    await inner.dispose();
    await whole.dispose();
    await backend.dispose();
  });

  test('an answer comes while the training images are still on their way; a scribble is called unlike them', async () => {
    const page = await browser().newPage();
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route('**/train-images', async (route) => {
      await held;
      await route.continue();
    });
    await page.goto(url());
    await page.locator('.verdict').waitFor({ timeout: 60_000 });
    assert.equal(await page.locator('.verdict').textContent(), 'Ankle boot');
    assert.ok(await startButton(page).isDisabled());
    await page.getByRole('button', { name: 'Draw' }).click();
    const box = await page.locator('.pad').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 20, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 150, box.y + 150, { steps: 10 });
    await page.mouse.move(box.x + 20, box.y + 150, { steps: 10 });
    await page.mouse.up();
    await page.getByText('This picture is unlike the training images.').waitFor();
    await page.getByText('2% of ordinary images exceed it.').waitFor();
    assert.equal(await page.locator('.nearest').count(), 0);
    const asked = await noteAsked(page);
    // What is being typed while the images arrive stays.
    await page.getByLabel('Epochs').fill('3');
    release();
    await waitForData(page);
    assert.equal(await page.getByLabel('Epochs').inputValue(), '3');
    await page.getByLabel('Epochs').press('Tab');
    await page.waitForFunction(() => location.hash.includes('epochs=3'));
    await page.locator('.nearest li').first().waitFor({ timeout: 60_000 });
    // A drawing, like a frame of the camera, is prepared once: what is asked beside the answer has the image that was seen.
    await part(page, 'Understand').click();
    await page.locator('.walk').waitFor();
    const seen = await page.locator('.predict canvas.large').evaluate(pixelsOf);
    assert.equal(await page.locator('.walk canvas.seen').evaluate(pixelsOf), seen);
    // The last stroke may still be predicted meanwhile.
    const beside = (await asked()).filter((each) => !each.startsWith('predict'));
    assert.deepEqual([...new Set(beside)].sort(), ['nearest seen', 'walk seen']);
    await page.close();
  });

  test('a network with BatchNorm, a residual block and a stem walks, is mapped and reported; its data is audited', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=data&stem=edges&norm=batch&hidden=24&blocks=1&dropout=0&epochs=2&batch-size=16',
      viewport: { width: 390, height: 844 },
      colorScheme: 'dark',
    });
    await waitForData(page);
    await page
      .locator('.own-data input[type=file]')
      .first()
      .setInputFiles({ name: 'bars.zip', mimeType: '', buffer: await bars() });
    await page.getByRole('button', { name: /^low/ }).waitFor();
    await part(page, 'Class balance').click();
    await page.locator('svg[data-figure=class-balance]').waitFor();
    // 401 pictures: the classes of the figure are those of the archive.
    const balance = (await page.locator('svg[data-figure=class-balance]').getAttribute('aria-label')) ?? '';
    assert.match(balance, /^Images of each class of bars: /);
    await checkAccessible(page, 'Class balance');
    await part(page, 'Images').click();
    const search = page.getByRole('spinbutton', { name: 'Image', exact: true });
    await search.fill('7');
    await search.press('Enter');
    await page.getByText('train image 7', { exact: true }).waitFor();
    await search.fill('99999');
    await search.press('Enter');
    assert.equal(await search.evaluate((input: HTMLInputElement) => input.validity.rangeOverflow), true);
    await page.getByRole('button', { name: 'Close' }).click();

    // The audit finds the picture that is in both classes; stopping it leaves no problem behind.
    await part(page, 'Audit').click();
    await page.getByRole('button', { name: 'Audit the data set' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page
      .getByRole('progressbar', { name: /Comparing|Training model|Starting/ })
      .waitFor({ state: 'detached' });
    assert.equal(await page.locator('.column [role=alert]').count(), 0);
    await page.getByRole('button', { name: 'Audit the data set' }).click();
    const copies = page.getByRole('region', { name: 'Copies' });
    await copies.waitFor({ timeout: 90_000 });
    await copies.locator('li').first().waitFor();
    assert.match(
      (await copies.locator('li').first().textContent()) ?? '',
      /the same bytes, different labels/,
    );
    assert.deepEqual((await copies.locator('li').first().locator('b').allTextContents()).sort(), [
      'low',
      'top',
    ]);
    await checkAccessible(page, 'Audit');
    // It is there again after the same images are read again.
    await page
      .locator('.own-data input[type=file]')
      .first()
      .setInputFiles({ name: 'bars.zip', mimeType: '', buffer: await bars() });
    await copies.locator('li').first().waitFor();

    await trainToEnd(page);
    await show('Understand');
    const names = page.locator('.flow .stop p b');
    await page.getByText('fc3 + fc5').waitFor();
    assert.deepEqual(await names.allTextContents(), ['Input', 'fc1', 'fc2', 'fc3', 'fc4', 'fc5', 'fc6']);
    await page.locator('.filters-row li').first().waitFor();
    // The last layer: a class is a unit.
    await page.locator('.flow .bars button').first().click();
    await page.getByRole('complementary', { name: 'Unit' }).locator('.tiles').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Let the unit go' }).waitFor();
    await checkAccessible(page, 'One image on a phone');

    await part(page, 'Map').click();
    await page.getByRole('button', { name: 'UMAP' }).click();
    await page.getByRole('heading', { name: /^UMAP of fc5/ }).waitFor({ timeout: 60_000 });
    await page.locator('.map').click({ position: { x: 5, y: 5 } });
    const { file, bytes } = await download(
      page,
      async () => await page.getByRole('button', { name: 'Report' }).click(),
    );
    assert.match(file.suggestedFilename(), /-report\.html$/);
    const report = bytes.toString();
    for (const text of ['<!doctype html>', 'data-figure="confusion"', 'data-figure="map-pca"', 'bars'])
      assert.ok(report.includes(text), `the report has no ${text}`);
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} px too wide`);
    assert.deepEqual(faults, []);
    await page.close();
  });
});

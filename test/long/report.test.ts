/**
 * The report of two real runs, opened from disk in Chromium: it shows the images behind a cell and a dot, serves the
 * keyboard, a phone and a printer, and loads nothing. Then the commands that draw, inspect and compare the same runs.
 */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import * as z from 'zod';
import { type Dataset, imageAt } from '../../src/data/dataset.ts';
import { getDataset } from '../../src/platform/node/data/store.ts';
import { nodeDocument } from '../../src/platform/node/images/figures.ts';
import { load } from '../../src/platform/node/load.ts';
import { writeReport } from '../../src/report/report.ts';
import { couture, parseDocument } from '../command.ts';
import { fixtures } from '../figures/fixture.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { makeReportRun } from '../report-fixture.ts';

/** With every test image: behind the cells of the matrices is the whole split. */
const MOST_BYTES = 9_500_000;
const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
const cwd = await mkdtemp(join(tmpdir(), 'couture-report-'));
const file = join(cwd, 'both.html');
const address = pathToFileURL(file).href;
let browser: Browser | undefined;
let images: Dataset;

before(async () => {
  images = await getDataset('fashion-mnist', 'test');
  const common = ['--epochs', '2', '--json'];
  for (const [name, hidden] of [
    ['small', '24'],
    ['large', '96,48'],
  ]) {
    const { code, err } = await couture(['train', '--hidden', hidden, '--name', name, ...common], { cwd });
    assert.equal(code, 0, err);
  }
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  await rm(cwd, { recursive: true, force: true });
});

/** What a page said and asked for that it should not have. */
interface Watched {
  readonly page: Page;
  readonly said: string[];
  readonly requests: string[];
}

/** Opens a report offline. */
async function open(url: string, options: BrowserContextOptions = {}): Promise<Watched> {
  assert.ok(browser);
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.setOffline(true);
  const page = await context.newPage();
  const said: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => said.push(error.message));
  page.on('dialog', (dialog) => {
    said.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, said, requests: requests.filter((request) => !request.startsWith('data:')) };
}

/** Clicks as a person does, where the pointer is, without Playwright's own scrolling. */
async function press(page: Page, selector: string): Promise<void> {
  const box = await page.locator(selector).boundingBox();
  assert.ok(box, selector);
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

const cell = (run: number, actual: number, predicted: number): string =>
  `figure[data-name="confusion"][data-matrix="${run}"] .wide [data-cell="${actual} ${predicted}"]`;

/** The canvases of a container, each as its number in the test split and its gray pixels at their own size. */
async function shownImages(page: Page, container: string): Promise<{ number: number; pixels: number[] }[]> {
  return await page.locator(`${container} canvas`).evaluateAll((canvases) =>
    canvases.map((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error('not a canvas');
      const scale = canvas.width / 28;
      const data = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      const number = Number(/image (\d+)/.exec(canvas.getAttribute('aria-label') ?? '')?.[1]);
      const pixels = Array.from(
        { length: 784 },
        (_, i) => data[4 * (Math.floor(i / 28) * scale * canvas.width + (i % 28) * scale)],
      );
      return { number, pixels };
    }),
  );
}

describe('the report of two runs', { skip }, () => {
  before(async () => {
    const { code, out, err } = await couture(['report', 'small', 'large', '--no-umap', '--out', file], {
      cwd,
    });
    assert.equal(code, 0, err);
    assert.ok(out.includes(file), out);
  });

  test('is small, opens without a word, and asks for nothing', async (t) => {
    const { length } = await readFile(file);
    t.diagnostic(`${length} bytes`);
    assert.ok(length < MOST_BYTES, `${length} bytes`);
    const { page, said, requests } = await open(address);
    await page.waitForTimeout(300);
    assert.deepEqual(said, []);
    assert.deepEqual(requests, [address]);
  });

  test('a cell of the confusion matrix opens the images behind it', async () => {
    const { page, said } = await open(address);
    const confusions = await Promise.all(
      ['small', 'large'].map(async (run) => {
        const outcome = await couture(['evaluate', run, '--json'], { cwd });
        return parseDocument(outcome, { confusion: z.array(z.array(z.number())) }).confusion;
      }),
    );
    const [shirt, tee] = [6, 0];
    for (const [run, name] of ['small', 'large'].entries()) {
      const model = await load(join(cwd, 'runs/train', name));
      for (const [actual, predicted] of [
        [shirt, tee],
        [shirt, shirt],
        [9, 0],
      ] as const) {
        await page.locator(cell(run, actual, predicted)).click();
        assert.equal(await page.locator('#images').evaluate((dialog) => dialog.matches(':modal')), true);
        const count = confusions[run][actual][predicted];
        const note = (await page.locator('#images-note').textContent()) ?? '';
        assert.ok(note.startsWith(`${name}: ${count} test image`), note);
        const shown = await shownImages(page, '#images');
        assert.equal(shown.length, count, 'all images of the cell');
        for (const { number, pixels } of shown.slice(0, 40)) {
          assert.deepEqual(pixels, [...imageAt(images, number)], `test image ${number}`);
          assert.equal(images.labels[number], actual);
          assert.equal((await model.predict(imageAt(images, number))).index, predicted);
        }
        await page.keyboard.press('Escape');
        assert.equal(await page.locator('#images').isVisible(), false);
      }
      await model.dispose();
    }
    assert.deepEqual(said, []);
  });

  test('each image of a cell has what both runs say of it, and the difference those on which they differ', async () => {
    const { page } = await open(address);
    const models = [await load(join(cwd, 'runs/train/small')), await load(join(cwd, 'runs/train/large'))];
    const { classNames } = images.info;
    /** What each image of the dialog is said to be, by the runs from top to bottom. */
    const told = async (): Promise<{ number: number; classes: string[] }[]> =>
      await page.locator('#images-list li').evaluateAll((items) =>
        items.map((item) => ({
          number: Number(item.querySelector('small')?.textContent?.slice(1)),
          classes: [...item.querySelectorAll('span')].map(
            (line) => line.textContent?.replace(/ >?[\d.]+%$/, '') ?? '',
          ),
        })),
      );
    await page.locator(cell(1, 6, 0)).click();
    const behind = await told();
    assert.ok(behind.length > 10, `${behind.length} images`);
    for (const { number, classes } of behind.slice(0, 20)) {
      const [small, large] = await Promise.all(
        models.map(async (model) => classNames[(await model.predict(imageAt(images, number))).index]),
      );
      assert.deepEqual(classes, [large, small], `test image ${number}`);
    }
    await page.keyboard.press('Escape');
    await page.locator('figure[data-change="1"] .wide [data-cell="6 0"]').click();
    const differing = await told();
    const note = (await page.locator('#images-note').textContent()) ?? '';
    assert.match(
      note,
      /^Exactly one of the two predicts T-shirt\/top for \d+ test images?: only large \d+, only small \d+\.$/,
    );
    const counts = [...note.matchAll(/\d+/g)].map(Number);
    assert.deepEqual([counts[1] + counts[2], differing.length], [counts[0], counts[0]]);
    for (const { number, classes } of differing) {
      assert.equal(images.labels[number], 6);
      assert.equal(classes.filter((name) => name === 'T-shirt/top').length, 1, `test image ${number}`);
    }
    await Promise.all(models.map(async (model) => await model.dispose()));
  });

  test('the matrix is one stop of the Tab key; arrows move in it, Enter opens, the focus comes back', async () => {
    const { page } = await open(address);
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-cell'));
    await page.locator(cell(0, 0, 0)).focus();
    for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowUp', 'ArrowLeft', 'ArrowLeft'])
      await page.keyboard.press(key);
    assert.equal(await focused(), '1 0');
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('#images-title').textContent(), 'Trouser predicted as T-shirt/top');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    assert.equal(await focused(), '1 0');
    await page.keyboard.press('Tab');
    assert.equal(
      await page.evaluate(() => document.activeElement?.closest('figure')?.getAttribute('data-matrix')),
      '1',
    );
    const name = await page.locator(cell(0, 6, 0)).getAttribute('aria-label');
    assert.match(name ?? '', /^Shirt predicted as T-shirt\/top: [\d,]+ images/);
  });

  test('a dot of the map shows its image, by pointer and by keyboard', async () => {
    const { page, said } = await open(address);
    const map = 'figure[data-name="map-pca"][data-map="1"] .wide';
    const dot = page.locator(`${map} [data-dots] circle`).nth(123);
    await dot.scrollIntoViewIfNeeded();
    const box = await dot.boundingBox();
    assert.ok(box);
    assert.equal(await page.locator('#tip').isVisible(), false);
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    const [pointed] = await shownImages(page, '#tip');
    assert.deepEqual(pointed.pixels, [...imageAt(images, pointed.number)]);
    const said1 = (await page.locator('#tip').textContent()) ?? '';
    assert.ok(said1.startsWith(images.info.classNames[images.labels[pointed.number]]), said1);
    await page.mouse.move(5, 300);
    assert.equal(await page.locator('#tip').isVisible(), false);
    await page.locator(`${map} svg`).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const [walked] = await shownImages(page, '#tip');
    assert.deepEqual(walked.pixels, [...imageAt(images, walked.number)]);
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('#tip').isVisible(), false);
    assert.deepEqual(said, []);
  });

  test('the switch shows one run alone, by keyboard too, and nothing moves between the runs', async () => {
    const { page } = await open(address);
    const visible = (run: number) =>
      page
        .locator(`.run[data-run="${run}"]`)
        .first()
        .evaluate((column) => column.checkVisibility({ visibilityProperty: true }));
    const tops = () =>
      page
        .locator('main h2, main .lead, main .runs')
        .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().top + scrollY));
    assert.deepEqual([await visible(0), await visible(1)], [true, true]);
    await page.locator('input[name="run"][value="all"]').focus();
    await page.keyboard.press('ArrowRight');
    assert.deepEqual([await visible(0), await visible(1)], [true, false]);
    const before = await tops();
    await page.keyboard.press('ArrowRight');
    assert.deepEqual([await visible(0), await visible(1)], [false, true]);
    assert.deepEqual(await tops(), before);
    const lead = page.locator('#inside .lead').nth(1);
    await lead.evaluate((element) =>
      scrollTo({ top: element.getBoundingClientRect().top + scrollY - 200, behavior: 'instant' }),
    );
    const distance = () => lead.evaluate((element) => element.getBoundingClientRect().top);
    const held = await distance();
    await press(page, 'label:has(input[value="all"])');
    assert.ok(Math.abs((await distance()) - held) < 150, 'what was read stays in view');
    await page.emulateMedia({ media: 'print' });
    assert.deepEqual([await visible(0), await visible(1)], [true, true]);
  });

  test('light and dark follow the system until the button is pressed', async () => {
    const { page } = await open(address, { colorScheme: 'dark' });
    const colors = () =>
      page.evaluate(() => [
        getComputedStyle(document.body).backgroundColor,
        getComputedStyle(document.querySelector('figure .couture-paper') as Element).fill,
      ]);
    const dark = await colors();
    assert.equal(await page.locator('#theme').textContent(), 'Light');
    await page.locator('#theme').click();
    const light = await colors();
    const luminance = (color: string) => Number(/\d+/.exec(color)?.[0]);
    for (const color of light) assert.ok(luminance(color) > 200, color);
    for (const color of dark) assert.ok(luminance(color) < 50, color);
  });

  test('a phone shows all of it without scrolling sideways', async () => {
    const { page } = await open(address, {
      viewport: { width: 360, height: 740 },
      isMobile: true,
      hasTouch: true,
    });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
    const matrix = 'figure[data-name="confusion"][data-matrix="0"] .narrow';
    assert.equal(await page.locator(matrix).isVisible(), true);
    await page.locator(`${matrix} [data-cell="6 6"]`).tap();
    assert.ok((await shownImages(page, '#images')).length > 24);
    await page.locator('#images-close').tap();
    await page.locator('figure[data-name="map-pca"] .narrow [data-dots] circle').first().tap({ force: true });
    assert.equal((await shownImages(page, '#tip')).length, 1);
  });

  test('without scripts every figure is there, and no control that does nothing', async () => {
    const { page } = await open(address, { javaScriptEnabled: false });
    assert.equal(await page.locator('#bar').isVisible(), false);
    assert.equal(await page.locator('.run').first().isVisible(), true);
    assert.ok((await page.locator('figure svg').count()) > 50);
  });
});

test('names that look like markup stay text, and no script of theirs runs', { skip }, async () => {
  const hostile = join(cwd, 'hostile.html');
  const inspection = fixtures.hostile();
  const runs = [makeReportRun(inspection), makeReportRun(fixtures.hostile())];
  await writeFile(hostile, await writeReport({ runs, document: nodeDocument() }));
  const { page, said, requests } = await open(pathToFileURL(hostile).href);
  assert.equal(await page.locator('img[src="x"]').count(), 0);
  assert.ok((await page.locator('h1').textContent())?.includes('<img src=x onerror=alert(1)>'));
  await page.locator(cell(0, 1, 1)).click();
  assert.match(
    (await page.locator('#images-title').textContent()) ?? '',
    /^"&' onload="alert\(1\), correct$/,
  );
  await page.keyboard.press('Escape');
  await page.waitForTimeout(200);
  assert.deepEqual(said, []);
  assert.equal(requests.length, 1);
});

describe('on the command line', () => {
  test('figures writes whole files, all or some', async () => {
    const outcome = await couture(['figures', 'small', '--out', 'drawn', '--no-umap', '--json'], { cwd });
    const { files } = parseDocument(outcome, {
      files: z.array(z.object({ name: z.string(), path: z.string() })),
    });
    assert.ok(files.length >= 18, `${files.length} figures`);
    assert.deepEqual(
      (await readdir(join(cwd, 'drawn'))).sort(),
      files.map(({ name }) => `${name}.svg`).sort(),
    );
    for (const { path } of files)
      assert.match(await readFile(join(cwd, path), 'utf8'), /^<svg [\s\S]*<\/svg>\n$/);
    const some = ['figures', 'small', '--out', 'some', '--format', 'png', '--theme', 'dark', '--only'];
    const { out, code } = await couture([...some, 'confusion,curves'], { cwd });
    assert.equal(code, 0);
    assert.match(out, /some.curves\.png +Validation accuracy is/);
    for (const name of ['confusion', 'curves'])
      assert.equal((await readFile(join(cwd, 'some', `${name}.png`))).toString('latin1', 1, 4), 'PNG');
    const wrong = await couture([...some, 'confusoin'], { cwd });
    assert.deepEqual([wrong.code, wrong.out], [2, '']);
    assert.match(wrong.err, /Did you mean confusion\?/);
  });

  test('inspect agrees with evaluate', async () => {
    const number = z.number();
    const { evaluation, calibration, classes } = parseDocument(
      await couture(['inspect', 'large', '--json'], { cwd }),
      {
        evaluation: z.object({ accuracy: number, confusion: z.array(z.array(number)) }),
        calibration: z.object({ ece: number.min(0).max(0.5) }),
        classes: z.array(
          z.object({ recall: number, recallInterval: z.object({ low: number, high: number }) }),
        ),
      },
    );
    const evaluated = parseDocument(await couture(['evaluate', 'large', '--json'], { cwd }), {
      accuracy: number,
      confusion: z.array(z.array(number)),
    });
    assert.equal(evaluation.accuracy, evaluated.accuracy);
    assert.deepEqual(evaluation.confusion, evaluated.confusion);
    for (const {
      recall,
      recallInterval: { low, high },
    } of classes)
      assert.ok(low < recall && recall < high);
    const { out } = await couture(['inspect', 'large'], { cwd });
    assert.ok(out.includes(`expected calibration error ${(calibration.ece * 100).toFixed(2)}%`), out);
    assert.match(out, /Shirt +\d+\.\d% +\d+\.\d-\d+\.\d% .* 1000$/m);
    assert.match(out, /Validation loss/);
  });

  test('compare says what differs, and draws the curves', async () => {
    const { code, out, err } = await couture(['compare', 'small', 'large', '--out', 'plots/curves.svg'], {
      cwd,
    });
    assert.equal(code, 0, err);
    assert.match(out, /^hidden +24 +96, 48$/m);
    assert.match(
      out,
      /large against small: [+−]\d+\.\d\d points on the test images, (more than|may be) chance\. .*p = /,
    );
    assert.match(await readFile(join(cwd, 'plots/curves.svg'), 'utf8'), /small.*large/s);
    const { pairs } = parseDocument(await couture(['compare', 'small', 'large', '--json'], { cwd }), {
      pairs: z.array(
        z.object({ both: z.number(), neither: z.number(), onlyFirst: z.number(), onlySecond: z.number() }),
      ),
    });
    const [{ both, neither, onlyFirst, onlySecond }] = pairs;
    assert.equal(both + neither + onlyFirst + onlySecond, 10_000);
  });

  const wrongs: [args: string, message: RegExp][] = [
    ['report smal', /no run "smal"\.\nDid you mean small\?/],
    ['report small small', /given twice/],
    ['inspect smal', /Did you mean small\?/],
    ['figures small', /--out/],
    ['figures small --out x --format jpg', /--format must be svg or png/],
    ['compare small', /at least two runs/],
    ['compare small large --out curves.pdf', /ends in \.svg or \.png/],
  ];
  test('what is asked wrongly is answered before any work', async () => {
    for (const [args, message] of wrongs) {
      const outcome = await couture(args.split(' '), { cwd });
      assert.match(outcome.err, message, args);
      assert.deepEqual([outcome.code, outcome.out], [2, ''], args);
    }
  });
});

/**
 * What a web developer calls, in Chromium, in pages that share memory and in pages that do not: `fit` gives Node's weights,
 * `predict` takes every kind of picture and gives one answer, calls may overlap, an abort is heard, and the page stays
 * free. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { after, before, describe, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { fit, load } from '../../src/node.ts';
import { findChromium } from '../matrix/runtimes.ts';
import { drawBars } from '../page/bars.ts';
import { type ServedPages, servePages } from '../page/server.ts';
import { further, settings, sumOf } from '../page/steps.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
type Steps = typeof import('../page/steps.ts');
const MODEL = '/models/compact.safetensors';

let browser: Browser | undefined;
before(async () => {
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});
after(async () => {
  await browser?.close();
});

/** An opaque picture that is large enough to be made smaller, with a bright thing in it. */
async function drawPicture(format: 'png' | 'webp' = 'png', orientation?: number): Promise<Buffer> {
  const [width, height] = [61, 40];
  const pixels = Buffer.alloc(width * height * 3, 20);
  for (let y = 8; y < 30; y++)
    for (let x = 15; x < 45; x++) pixels.set([40 + 4 * x, 250 - 5 * y, (x * y) % 256], (y * width + x) * 3);
  const image = sharp(pixels, { raw: { width, height, channels: 3 } });
  const told = orientation === undefined ? image : image.withMetadata({ orientation });
  return await told.toFormat(format, { lossless: true }).toBuffer();
}

for (const isolated of [true, false]) {
  describe(isolated ? 'a page that shares memory' : 'a page without shared memory', { skip }, () => {
    let served: ServedPages | undefined;
    let page: Page | undefined;
    const errors: string[] = [];

    before(async () => {
      served = await servePages({ isolated });
      page = await browser?.newPage();
      page?.on('pageerror', (error) => errors.push(String(error)));
      await page?.goto(served.url);
      assert.equal(await page?.evaluate(() => crossOriginIsolated), isolated);
    });
    after(async () => {
      await page?.close();
      await served?.close();
      const strays = served?.strays.filter((path) => path !== '/no-such-model.safetensors');
      assert.deepEqual([errors, strays], [[], []]);
    });

    /** Runs a step in the page. */
    async function run<Name extends keyof Steps & string>(
      name: Name,
      ...args: Steps[Name] extends (...args: infer Args) => unknown ? Args : never
    ): Promise<Awaited<Steps[Name] extends (...args: never) => infer Result ? Result : never>> {
      assert.ok(page);
      return await page.evaluate(
        async ({ name, args }) => {
          // An address of the page, which a type checker must not look up.
          const address: string = '/test/page/steps.ts';
          const steps = await import(address);
          return await steps[name](...args);
        },
        { name, args },
      );
    }

    test('fit gives the weights that it gives in Node, and tells of every epoch', async () => {
      const { classifier, weights, history } = await fit(drawBars(1500, 8), { settings, backend: 'cpu' });
      await classifier.dispose();
      const told = await run('train');
      assert.equal(told.sum, await sumOf(weights));
      assert.deepEqual(
        told.losses,
        history.map(({ validationLoss }) => validationLoss),
      );
      assert.deepEqual(told.epochs, [1, 2, 3]);
      assert.ok(told.steps >= 3);
      assert.equal(told.threads, isolated ? availableParallelism() : 1);
    });

    test('fit starts with a model as in Node: with an earlier one, or with a file for other classes', async () => {
      const { sums, layers, label } = await run('trainFurther', MODEL);
      const first = await fit(drawBars(600, 8), { settings, backend: 'cpu' });
      await first.classifier.dispose();
      const expected: string[] = [];
      for (const [size, initFrom] of [[8, first] as const, [28, 'compact'] as const]) {
        const { classifier, weights } = await fit(drawBars(600, size), {
          ...further,
          initFrom,
          backend: 'cpu',
        });
        await classifier.dispose();
        expected.push(await sumOf(weights));
      }
      assert.deepEqual(sums, expected);
      assert.deepEqual(layers, ['fc1', 'fc2']);
      assert.ok(drawBars(600, 28).info.classNames.includes(label), label);
    });

    test('a hundred predictions at once are each the right one', async () => {
      const { expected, answers } = await run('predictInParallel', 100);
      assert.deepEqual(answers, expected);
      assert.ok(new Set(answers.map(({ probabilities }) => probabilities[0])).size > 50);
    });

    test('what is under way ends well when the classifier is disposed of, and what comes later is refused', async () => {
      const { expected, answers, late } = await run('disposeInBetween');
      assert.deepEqual(answers, [expected, expected, expected]);
      assert.equal(late, 'usage: The classifier has been disposed of.');
    });

    test('a prediction that waits is stopped at once by its signal', async () => {
      const { stopped, early, values } = await run('abortQueued');
      assert.match(stopped, /^interrupted:/);
      assert.ok(early, 'the abort was heard only after the long call');
      assert.equal(values, 90_000);
    });

    test('a prediction is answered between two pieces of a long question', async () => {
      const { expected, answer, answeredAt, values } = await run('askBetween');
      assert.deepEqual(answer, expected);
      assert.ok(answeredAt < 0.1, `answered when ${answeredAt} of the long question was`);
      assert.equal(values, 180_000);
    });

    test('a model file is loaded from its address, its bytes and a Blob, and held to its digest', async () => {
      const { answers, refused } = await run('loadModels', MODEL);
      await using model = await load('compact');
      const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 7) % 256);
      const expected = await model.predict(image);
      assert.deepEqual(answers, [expected, expected, expected]);
      assert.match(refused.missing, /^data: .*the server answered 404/);
      assert.match(refused.page, /^data: .* is a web page \(HTML\), not a model file/);
      assert.match(refused.damaged, /^data: The model is damaged/);
      assert.match(refused.name, /^usage: load: .* is not a valid URL/);
      assert.match(refused.stopped, /^interrupted:/);
    });

    test('every form of a picture is seen alike, as in Node', async () => {
      const png = await drawPicture();
      const { seen, answer, pixels } = await run('pictureForms', MODEL, [...png]);
      await using model = await load('compact');
      const expected = [...(await model.prepare(png)).pixels];
      assert.ok(expected.some((value) => value > 100));
      for (const [form, bytes] of Object.entries(seen)) assert.deepEqual(bytes, expected, form);
      assert.equal(Object.keys(seen).length, 9);
      assert.deepEqual([answer, pixels], Array(2).fill(await model.predict(png)));
    });

    test('files that say how their camera was held are turned as in Node', async () => {
      const files = await Promise.all([
        ...[1, 2, 3, 6, 8].map((orientation) => drawPicture('png', orientation)),
        ...[4, 7].map((orientation) => drawPicture('webp', orientation)),
      ]);
      await using model = await load('compact');
      const expected: number[][] = [];
      for (const file of files) expected.push([...(await model.prepare(file)).pixels]);
      assert.equal(new Set(expected.map(String)).size, 7);
      assert.deepEqual(
        await run(
          'prepareFiles',
          MODEL,
          files.map((file) => [...file]),
        ),
        expected,
      );
    });

    test('the page stays free while it trains, and an abort is heard within 0.2 s', async (t) => {
      const { stopped, longestTask, abortTook, steps, slowness } = await run('stayResponsive', 4000);
      t.diagnostic(
        `longest task ${longestTask.toFixed(0)} ms, abort ${abortTook.toFixed(0)} ms, ${steps} steps told, slowness ${slowness.toFixed(1)}`,
      );
      assert.match(stopped, /^interrupted:/);
      assert.ok(steps > 3);
      // On a machine that others use, everything takes longer.
      assert.ok(abortTook < 200 * slowness, `the abort took ${abortTook} ms`);
      assert.ok(longestTask < 100 * slowness, `the page was held for ${longestTask} ms`);
    });
  });
}

/**
 * Pictures of a person's own in the Studio, in Chromium: drawings, files and what is pasted are predicted, archives are read and
 * trained on, broken files are refused in words, and classes are collected. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { downloadZip } from 'client-zip';
import { checkAccessible, trainToEnd, waitForData } from '../studio.ts';
import { barPng, barsZip, chooseFile } from '../studio-bars.ts';
import { startStudio } from '../studio-start.ts';

const { skip, folder, launch, open, commandLine } = await startStudio('studio-own');

describe('own pictures in the Studio', { skip, timeout: 300_000 }, () => {
  test('predicts a drawing, a file and what was pasted, and shows the preparation', async () => {
    const { page, faults } = await open();
    await page.locator('.verdict').waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Draw' }).click();
    const pad = page.locator('.pad');
    const box = await pad.boundingBox();
    assert.ok(box);
    // A pair of trousers.
    const lines = [
      [
        [0.35, 0.1],
        [0.65, 0.1],
      ],
      [
        [0.38, 0.1],
        [0.36, 0.9],
      ],
      [
        [0.62, 0.1],
        [0.64, 0.9],
      ],
    ];
    for (const [[fromX, fromY], [toX, toY]] of lines) {
      await page.mouse.move(box.x + fromX * box.width, box.y + fromY * box.height);
      await page.mouse.down();
      await page.mouse.move(box.x + toX * box.width, box.y + toY * box.height, { steps: 12 });
      await page.mouse.up();
    }
    await page.getByText('Resized to 28 x 28').waitFor();
    await page.waitForFunction(() => document.querySelector('.verdict')?.textContent === 'Trouser');
    const shoe = await readFile(new URL('../../examples/pictures/sneaker.jpg', import.meta.url)).catch(
      () => undefined,
    );
    await page.locator('.sources input[type=file]').setInputFiles({
      name: 'bar.png',
      mimeType: 'image/png',
      buffer: shoe ?? Buffer.from(barPng(12, 1)),
    });
    await page.locator('.steps li').first().waitFor();
    await page.locator('.sources input[type=file]').setInputFiles({
      name: 'broken.png',
      mimeType: 'image/png',
      buffer: Buffer.from('not a picture'),
    });
    await page.locator('.predict [role=alert]').waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('reads an archive, trains on it and predicts; broken files are refused in words', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=data&hidden=8&epochs=12&batch-size=8',
    });
    await waitForData(page);
    const zip = await barsZip(30);
    const broken: readonly (readonly [string, Buffer, RegExp])[] = [
      ['text.zip', Buffer.from('This is text.'), /text\.zip/],
      ['empty.zip', Buffer.alloc(0), /empty/i],
      ['truncated.zip', zip.subarray(0, zip.length / 2), /truncated\.zip/],
      [
        'flat.zip',
        Buffer.from(await downloadZip([{ name: 'a.txt', input: 'a' }]).arrayBuffer()),
        /flat\.zip|picture|image/,
      ],
      ['words.csv', Buffer.from('one,two\nred,blue\n'), /words\.csv/],
      ['wrong.npz', Buffer.from('PK\u0003\u0004nothing'), /wrong\.npz/],
    ];
    for (const [name, bytes, words] of broken) {
      await chooseFile(page, name, bytes);
      const alert = page.locator('.own-data [role=alert]');
      await page.waitForFunction(
        (source) =>
          new RegExp(source, 'i').test(document.querySelector('.own-data [role=alert]')?.textContent ?? ''),
        words.source,
      );
      assert.doesNotMatch(
        (await alert.textContent()) ?? '',
        /Something went wrong|undefined|TypeError/,
        name,
      );
    }
    await chooseFile(page, 'bars.zip', zip);
    await page.getByRole('button', { name: /^low \d/ }).waitFor();
    assert.equal(await page.locator('.own-data [role=alert]').count(), 0);
    // The shipped model knows other classes: a label of these images is none of its own.
    await page.locator('.verdict').waitFor();
    assert.equal(await page.locator('.truth').count(), 0);
    assert.equal(await page.locator('.bars .true').count(), 0);
    const { sha } = await trainToEnd(page);
    assert.match(sha, /^[0-9a-f]{64}$/);
    await show('Train');
    assert.match((await page.locator('.verdict').textContent()) ?? '', /^(top|low)$/);
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('collects classes by drawing and from the camera, trains on them and predicts', async () => {
    const camera = await launch('--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream');
    try {
      const fragment = '#view=data&hidden=8&epochs=12&batch-size=4';
      const { page, faults, show } = await open({ fragment }, camera);
      await waitForData(page);
      await page.getByRole('button', { name: 'Collect' }).click();
      await page.getByLabel('Name of class 1').fill('line');
      await page.getByLabel('Name of class 2').fill('line');
      await page.getByText('Two classes have the same name.').waitFor();
      await page.getByLabel('Name of class 2').fill('camera');
      await page.getByLabel('Name of class 1').focus();
      const box = await page.locator('.collect .pad').boundingBox();
      assert.ok(box);
      for (let i = 0; i < 12; i++) {
        await page.mouse.move(box.x + 30 + i * 10, box.y + 20);
        await page.mouse.down();
        await page.mouse.move(box.x + 30 + i * 10, box.y + 180, { steps: 4 });
        await page.mouse.up();
        await page.getByRole('button', { name: 'Add to line' }).click();
      }
      await page.getByRole('button', { name: '12 pictures' }).waitFor();
      await page.getByRole('button', { name: 'camera', exact: true }).click();
      await page.getByLabel('Name of class 2').focus();
      await page.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
      const record = page.getByRole('button', { name: 'Hold to record camera' });
      await record.hover();
      await page.mouse.down();
      await page.waitForFunction(
        () => document.querySelectorAll('.classes li:nth-child(2) canvas').length >= 12,
      );
      await page.mouse.up();
      await checkAccessible(page, 'Collect');
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: 'Save as ZIP' }).click(),
      ]);
      const zip = join(folder, 'collected.zip');
      await download.saveAs(zip);
      await page.getByRole('button', { name: 'Use these images' }).click();
      await page.getByRole('button', { name: /^line/ }).waitFor();
      // The command line trains the same weights on the saved archive.
      const { sha, command } = await trainToEnd(page);
      const words = command.replace('npx couture ', '').replace('--data collected', `--data ${zip}`);
      assert.equal(sha, await commandLine(words));
      await page.getByRole('button', { name: 'Camera', exact: true }).click();
      await page.getByText('Picture of 64 x 64 pixels').waitFor();
      await show('Understand');
      await page.getByRole('button', { name: 'Camera', exact: true }).click();
      await page.getByRole('button', { name: 'Explain' }).click();
      await page.locator('svg[data-figure=saliency]').waitFor();
      assert.deepEqual(faults, []);
    } finally {
      await camera.close();
    }
  });
});

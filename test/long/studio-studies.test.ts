/**
 * Studies of the command line in the Studio, in Chromium: live while one runs, its figures, its winner trained in the page,
 * and files that cannot be read. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { formatSealed } from '../../src/runs/json.ts';
import { decodeSafetensors, weightsSha256 } from '../../src/ship/index.ts';
import { decodeStudy } from '../../src/study/decode.ts';
import { bestOf, type Study } from '../../src/study/study.ts';
import { bin } from '../command.ts';
import { checkAccessible, trainToEnd, waitForData } from '../studio.ts';
import { startStudio } from '../studio-start.ts';

const { skip, folder, open } = await startStudio('studio-studies');
const studies = join(folder, 'runs/tune');
await writeFile(
  join(folder, 'space.json'),
  JSON.stringify({
    'hidden[0]': { type: 'int', low: 8, high: 32, log: true },
    learningRate: { type: 'float', low: 0.0005, high: 0.01, log: true },
    dropout: { type: 'categorical', choices: [[], [0.1]] },
  }),
);

/** A study of Fashion-MNIST by the command line. */
async function runStudy(name: string): Promise<void> {
  const words = `tune --space space.json --epochs 2 --trials 5 --pruner none --parallel 1 --seed 7 --name ${name}`;
  const child = spawn(process.execPath, [bin, ...words.split(' ')], {
    cwd: folder,
    env: { ...process.env, COUTURE_BACKEND: 'cpu', DATABASE_URL: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  assert.equal(code, 0);
}

async function readStudy(name: string): Promise<Study> {
  return await decodeStudy(await readFile(join(studies, name, 'study.json')), name);
}

/** Puts a file into the folder of a study. */
async function putStudy(name: string, text: string): Promise<void> {
  await mkdir(join(studies, name), { recursive: true });
  await writeFile(join(studies, name, 'study.json'), text);
}

/** How much wider the page is than the window. */
async function excess(page: Page): Promise<number> {
  return await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

const figures = ['search-history', 'search-curves', 'search-parallel', 'search-slices'];

async function waitForFigures(page: Page): Promise<void> {
  for (const name of figures) await page.locator(`svg[data-figure=${name}]`).waitFor({ timeout: 30_000 });
}

describe('studies in the Studio', { skip, timeout: 300_000 }, () => {
  test('a study appears while it runs; its winner is trained in the page to the same bits', async () => {
    const { page, faults, show } = await open({
      fragment: '#view=runs',
      viewport: { width: 1280, height: 800 },
    });
    await waitForData(page);
    const list = page.getByRole('region', { name: 'Studies' });
    // A folder without studies has no list.
    assert.equal(await list.count(), 0);
    const running = runStudy('quick');
    const row = list.getByRole('button', { name: /^quick/ });
    await row.getByText('running', { exact: true }).waitFor({ timeout: 60_000 });
    await row.getByText(/[1-5] complete/).waitFor({ timeout: 60_000 });
    await row.click();
    // The open study follows as well.
    const card = page.getByRole('region', { name: 'Study quick' });
    await card.getByText(/^5 complete\. Last change/).waitFor({ timeout: 60_000 });
    await running;

    const study = await readStudy('quick');
    const best = bestOf(study);
    assert.ok(best?.value);
    await waitForFigures(page);
    await page
      .locator('svg[data-figure=search-history]')
      .getByText(`Trial ${best.number} is the best`)
      .waitFor();
    const table = page.getByRole('region', { name: 'Settings of the best trials' });
    assert.equal(await table.locator('tbody tr').count(), 5);
    assert.equal(await table.locator('tbody th').first().textContent(), String(best.number));
    assert.deepEqual(
      await page.getByRole('region', { name: 'On the command line' }).locator('code').allTextContents(),
      [
        'npx couture tune --name quick --trials 10',
        'npx couture tune best quick',
        'npx couture train --from-study quick',
        'npx couture report --study quick',
      ],
    );
    await checkAccessible(page, 'a study, 1280');
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report', exact: true }).click();
    const report = await readFile(await (await download).path(), 'utf8');
    assert.match(report, /<title>Search: quick<\/title>[\s\S]*search-history[\s\S]*train --from-study quick/);

    await page.getByRole('button', { name: `Use the settings of trial ${best.number}`, exact: true }).click();
    await page.getByText(`The setup has the settings of trial ${best.number} of the study quick.`).waitFor();
    const { sha, command } = await trainToEnd(page);
    assert.match(command, new RegExp(`--hidden ${best.values['hidden[0]']} .*--seed 7$`));
    const place = join(
      studies,
      'quick/trials',
      String(best.number).padStart(4, '0'),
      'weights/best.safetensors',
    );
    const { tensors } = decodeSafetensors(await readFile(place), place);
    assert.equal(sha, await weightsSha256(tensors));
    assert.equal(await page.getByText('The setup has the settings').count(), 0);
    // Back from Runs, the study is still open.
    await show('Runs');
    await page.getByRole('button', { name: 'Runs and studies' }).click();
    await row.and(page.locator(':focus')).waitFor();
    assert.deepEqual(faults, []);
    await page.close();
  });

  test('files that cannot be read are told one by one, and other images are named; dark, on a phone', async () => {
    const sound = await readStudy('quick');
    const whole = await formatSealed(sound);
    await putStudy('damaged', whole.slice(0, whole.length / 2));
    await putStudy('changed', whole.replace('"attempt": 1', '"attempt": 2'));
    await putStudy('newer', await formatSealed({ ...sound, version: 2 }));
    await putStudy('renamed', whole);
    const origin = { kind: 'import', format: 'zip', digest: 'a'.repeat(64) } as const;
    const data = { ...sound.plan.data, name: 'strokes', origin };
    await putStudy('others', await formatSealed({ ...sound, plan: { ...sound.plan, name: 'others', data } }));
    const { page, faults } = await open({
      fragment: '#view=runs',
      ...{ viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
    });
    await waitForData(page);
    const list = page.getByRole('region', { name: 'Studies' });
    await list.getByRole('button', { name: 'Show all 6 studies' }).click();
    for (const [name, words] of [
      ['damaged', /damaged\/study\.json, line \d+, column \d+: it is not valid JSON/],
      ['changed', /changed\/study\.json is damaged: its contents do not match its SHA-256 digest/],
      ['newer', /newer\/study\.json is a study of version 2, but Couture [\d.]+ reads version 1\./],
      ['renamed', /renamed\/study\.json has the study quick, not renamed\. Rename the folder to quick\./],
    ] as const)
      await list.getByRole('listitem').filter({ hasText: name }).getByText(words).waitFor();
    await list.getByRole('button', { name: /^quick/ }).waitFor();
    await checkAccessible(page, 'the list of studies, 390, dark');
    assert.ok((await excess(page)) <= 0, 'the list is wider than the phone');
    await list.getByRole('button', { name: /^others/ }).click();
    await page
      .getByText(/^The study searched on the images strokes, and the images in this page are fashion-mnist\./)
      .waitFor();
    await waitForFigures(page);
    await checkAccessible(page, 'a study, 390, dark');
    assert.ok((await excess(page)) <= 0, 'the study is wider than the phone');
    // A study that is deleted while it is open leaves the list.
    await rm(join(studies, 'others'), { recursive: true });
    await list.getByRole('button', { name: /^quick/ }).waitFor({ timeout: 20_000 });
    assert.equal(await list.getByText('others').count(), 0);
    assert.deepEqual(faults, []);
    await page.close();
  });
});

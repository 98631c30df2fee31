/**
 * examples/page as somebody has it who installed the package: in Vite's dev server, built by Vite, as plain files, and as
 * plain files with the package on another site; each with shared memory and without. Chromium trains, is stopped, trains again,
 * and says what was drawn. Skipped with the reason where there is no Chromium.
 */

import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, createServer, preview } from 'vite';
import { findChromium, finish, root } from '../matrix/runtimes.ts';
import { isolation, servePages } from '../page/server.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;

/** The example's folder, with the package and what it needs in node_modules. */
let project = '';
let browser: Browser | undefined;

before(async () => {
  if (!('path' in found)) return;
  await mkdir(join(root, 'build'), { recursive: true });
  project = await mkdtemp(join(root, 'build/page-'));
  await cp(join(root, 'examples/page'), project, { recursive: true });
  await installPackage(join(project, 'node_modules'));
  browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  if (project !== '') await rm(project, { recursive: true, force: true });
});

/** @couture/core as it is packed, and what it depends on. */
async function installPackage(modules: string): Promise<void> {
  const place = join(project, 'packages');
  const { signal } = new AbortController();
  const args = [join(root, 'scripts/build.ts'), '--out', place];
  const { code, output } = await finish(process.execPath, args, { cwd: root, signal });
  assert.equal(code, 0, output);
  await mkdir(join(modules, '@couture'), { recursive: true });
  await rename(join(place, 'core'), join(modules, '@couture/core'));
  await rm(place, { recursive: true });
  const manifest = await readFile(join(modules, '@couture/core/package.json'), 'utf8');
  const { dependencies } = JSON.parse(manifest) as { dependencies: Record<string, string> };
  for (const name of Object.keys(dependencies))
    await cp(join(root, 'node_modules', name), join(modules, name), { recursive: true });
}

/** What is drawn, as points on the paper. */
const drawings: Readonly<Record<string, [number, number][]>> = {
  circle: Array.from({ length: 41 }, (_, i) => [
    140 + 80 * Math.cos((i * Math.PI) / 20),
    140 + 80 * Math.sin((i * Math.PI) / 20),
  ]),
  square: [
    [60, 60],
    [220, 62],
    [218, 220],
    [60, 218],
    [60, 60],
  ],
  triangle: [
    [140, 50],
    [230, 220],
    [50, 218],
    [140, 50],
  ],
};

/** Uses the page as a visitor does. */
async function use(url: string, isolated: boolean, t: TestContext): Promise<void> {
  assert.ok(browser);
  const page = await browser.newPage();
  t.after(() => page.close());
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('response', (response) => {
    if (response.status() >= 400) errors.push(`${response.status()} ${response.url()}`);
  });
  await page.goto(url);
  assert.equal(await page.evaluate(() => crossOriginIsolated), isolated);
  // Stopped with the first epoch that is told, however fast the epochs come.
  await page.evaluate(() => {
    const status = document.querySelector('#status');
    const watch = new MutationObserver(() => {
      if (!status?.textContent?.startsWith('Epoch ')) return;
      watch.disconnect();
      document.querySelector<HTMLElement>('#stop')?.click();
    });
    if (status) watch.observe(status, { childList: true });
  });
  await page.click('#train');
  await page.getByText('Stopped.').waitFor({ timeout: 90_000 });
  await page.click('#train');
  await page.getByText(/^Trained: /).waitFor({ timeout: 90_000 });
  assert.match(await status(page), /^Trained: (9\d\.\d|100\.0)% right/);
  for (const [name, points] of Object.entries(drawings)) {
    await draw(page, points);
    await page.getByText(new RegExp(`^A ${name} `)).waitFor();
  }
  assert.deepEqual(errors, []);
}

async function status(page: Page): Promise<string> {
  return (await page.textContent('#status')) ?? '';
}

async function draw(page: Page, [[x, y], ...rest]: [number, number][]): Promise<void> {
  await page.click('#clear');
  const box = await page.locator('#paper').boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + x, box.y + y);
  await page.mouse.down();
  for (const [right, down] of rest) await page.mouse.move(box.x + right, box.y + down, { steps: 6 });
  await page.mouse.up();
}

const timeout = 180_000;

for (const isolated of [true, false]) {
  const memory = isolated ? 'shared memory' : 'no shared memory';
  const headers = isolated ? isolation : {};
  const common = { root: '', configFile: false, logLevel: 'error' } as const;

  test(`Vite's dev server, ${memory}`, { skip, timeout }, async (t) => {
    const server = await createServer({ ...common, root: project, server: { headers, port: 0 } });
    t.after(() => server.close());
    await server.listen();
    await use(String(server.resolvedUrls?.local[0]), isolated, t);
  });

  test(`built by Vite, ${memory}`, { skip, timeout }, async (t) => {
    await build({ ...common, root: project });
    const server = await preview({ ...common, root: project, preview: { headers, port: 0 } });
    t.after(() => server.close());
    await use(String(server.resolvedUrls?.local[0]), isolated, t);
  });

  test(`plain files, ${memory}`, { skip, timeout }, async (t) => {
    const served = await servePages({ folder: project, isolated });
    t.after(() => served.close());
    await use(served.url, isolated, t);
    assert.deepEqual(served.strays, []);
  });

  test(`plain files with the package on another site, ${memory}`, { skip, timeout }, async (t) => {
    const allow = { 'Access-Control-Allow-Origin': '*', 'Cross-Origin-Resource-Policy': 'cross-origin' };
    const cdn = await servePages({ folder: project, isolated, headers: allow });
    t.after(() => cdn.close());
    const page = await readFile(join(project, 'index.html'), 'utf8');
    await writeFile(
      join(project, 'elsewhere.html'),
      page.replaceAll('"./node_modules/', `"${cdn.url}node_modules/`),
    );
    const served = await servePages({ folder: project, isolated });
    t.after(() => served.close());
    await use(`${served.url}elsewhere.html`, isolated, t);
    assert.deepEqual([...served.strays, ...cdn.strays], []);
  });
}

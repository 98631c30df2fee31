/**
 * The packed packages where people install them: Node 22, 24 and 26, Bun, Deno, a Vite app and plain pages. Each predicts one
 * picture of Fashion-MNIST with the model compact, and all get the same label and probabilities. A runtime that cannot be
 * installed is skipped with its reason, except the Node that this project pins.
 */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { type Archives, installInto, mustRun, packInto } from '../consumers/packed.ts';
import { type Answer, picture, policy, visit, writePlainPage, writeViteApp } from '../consumers/pages.ts';
import { startRegistry } from '../consumers/registry.ts';
import { bun, deno, findChromium, findRuntime, node, root } from '../matrix/runtimes.ts';
import { isolation, servePages } from '../page/server.ts';

const pinned = 24;
const timeout = 180_000;
const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;

let folder = '';
let consumer = '';
let archives: Archives;
let expected: Answer;
let browser: Browser | undefined;

const predict = `
  import { load } from 'couture/node';
  const model = await load('compact');
  const { label, probabilities } = await model.predict(process.argv[2]);
  console.log(JSON.stringify({ label, probabilities: [...probabilities] }));
  await model.dispose();
`;

before(async () => {
  await mkdir(join(root, 'build'), { recursive: true });
  folder = await mkdtemp(join(root, 'build/consumers-'));
  consumer = join(folder, 'consumer');
  archives = await packInto(folder);
  await installInto(consumer, [archives.core, archives.couture]);
  await writeFile(join(consumer, 'predict.js'), predict);
  expected = JSON.parse(await mustRun(process.execPath, ['predict.js', picture], consumer));
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

test('this Node recognizes the ankle boot', () => {
  assert.equal(expected.label, 'Ankle boot');
  assert.equal(expected.probabilities.length, 10);
  assert.ok(Math.max(...expected.probabilities) > 0.98);
});

for (const runtime of [node(22), node(pinned), node(26), bun, deno]) {
  test(`${runtime.name} predicts the same`, { timeout }, async (t) => {
    const there = await findRuntime(runtime, t.signal);
    if ('missing' in there) {
      assert.notEqual(runtime.name, node(pinned).name, there.missing);
      return t.skip(there.missing);
    }
    t.diagnostic(there.version);
    const [program, ...args] = there.command;
    const said = await mustRun(program, [...args, 'predict.js', picture], consumer);
    assert.deepEqual(JSON.parse(said), expected);
  });
}

for (const [runtime, ...add] of [
  [bun, 'add', 'couture'],
  [deno, 'add', 'npm:couture'],
] as const) {
  test(`${runtime.name} installs the package itself`, { timeout }, async (t) => {
    const there = await findRuntime(runtime, t.signal);
    if ('missing' in there) return t.skip(there.missing);
    const registry = await startRegistry(folder, archives);
    t.after(() => registry.close());
    const place = join(folder, `installed-by-${runtime.name}`);
    await mkdir(place);
    await writeFile(join(place, '.npmrc'), `registry=${registry.url}\n`);
    await writeFile(join(place, 'package.json'), '{ "private": true, "type": "module" }\n');
    await writeFile(join(place, 'predict.js'), predict);
    const [program, ...args] = there.command;
    await mustRun(program, add, place);
    assert.deepEqual(JSON.parse(await mustRun(program, [...args, 'predict.js', picture], place)), expected);
  });
}

test('what a page installs predicts in Node too, and holds nothing but zod besides', {
  timeout,
}, async () => {
  const place = join(folder, 'core-only');
  await installInto(place, [archives.core]);
  const installed = (await mustRun('npm', ['ls', '--all', '--parseable'], place)).trim().split('\n');
  assert.deepEqual(installed.map((path) => path.slice(place.length).replaceAll('\\', '/')).sort(), [
    '',
    '/node_modules/@couture/core',
    '/node_modules/zod',
  ]);
});

for (const isolated of [true, false]) {
  const memory = isolated ? 'shared memory' : 'no shared memory';

  test(`a plain page with a strict policy, ${memory}`, { skip, timeout }, async (t) => {
    const place = join(folder, `plain-${isolated}`);
    await writePlainPage(place, join(consumer, 'node_modules'));
    const headers = { 'Content-Security-Policy': `${policy}; img-src data:` };
    const served = await servePages({ folder: place, isolated, headers });
    t.after(() => served.close());
    const { answer, failure, errors } = await visit(browser, served.url, isolated);
    assert.deepEqual([failure, errors], [undefined, []]);
    assert.deepEqual(answer, expected);
    assert.deepEqual(served.strays, []);
  });
}

test('a plain page with the file on another site', { skip, timeout }, async (t) => {
  const library = join(folder, 'site');
  await writePlainPage(library, join(consumer, 'node_modules'));
  const site = await servePages({
    folder: library,
    isolated: false,
    headers: { 'Access-Control-Allow-Origin': '*' },
  });
  t.after(() => site.close());
  const place = join(folder, 'elsewhere');
  await writePlainPage(place, join(consumer, 'node_modules'), `${site.url}page.js`);
  const origin = new URL(site.url).origin;
  const allowed = policy
    .replace("script-src 'self'", `script-src 'self' ${origin}`)
    .replace("worker-src 'self'", `worker-src blob: ${origin}`);
  const headers = { 'Content-Security-Policy': allowed };
  const served = await servePages({ folder: place, isolated: false, headers });
  t.after(() => served.close());
  const { answer, failure } = await visit(browser, served.url);
  assert.equal(failure, undefined);
  assert.deepEqual(answer, expected);
});

test('a page whose policy lacks WebAssembly says so', { skip, timeout }, async (t) => {
  const place = join(folder, 'refused-policy');
  await writePlainPage(place, join(consumer, 'node_modules'));
  const headers = { 'Content-Security-Policy': policy.replace(" 'wasm-unsafe-eval'", '') };
  const served = await servePages({ folder: place, isolated: false, headers });
  t.after(() => served.close());
  const { answer, failure } = await visit(browser, served.url);
  assert.equal(answer, undefined);
  assert.match(failure ?? '', /This page does not allow WebAssembly/);
});

test('a Vite app, which is told what needs Node', { skip, timeout }, async (t) => {
  const place = join(consumer, 'app');
  await writeViteApp(place);
  const common = { root: place, configFile: false, logLevel: 'error' } as const;
  await build({ ...common, build: { target: 'esnext' } });
  const server = await preview({ ...common, preview: { headers: isolation, port: 0 } });
  t.after(() => server.close());
  const { answer, failure, figure, refused, errors } = await visit(
    browser,
    `${server.resolvedUrls?.local[0]}?refused`,
    true,
  );
  assert.deepEqual([failure, errors], [undefined, []]);
  assert.deepEqual(answer, expected);
  assert.match(figure ?? '', /^<svg.*784/s);
  for (const [name, said] of Object.entries(refused ?? assert.fail('nothing was refused')))
    assert.match(said, new RegExp(`^couture/${name} needs Node, and this is a page\\. In a page, `));
});

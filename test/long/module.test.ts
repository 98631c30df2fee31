/**
 * The module of `couture export --to esm` where people use modules: Node 22, 24 and 26, Bun, Deno, a plain page and a Vite app;
 * and its types. Everywhere the bits of `couture predict`. A runtime that cannot be installed is skipped with its reason.
 */

import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { couture } from '../command.ts';
import { mustRun } from '../consumers/packed.ts';
import { type Answer, picture, visit } from '../consumers/pages.ts';
import { bun, deno, findChromium, findRuntime, node, root } from '../matrix/runtimes.ts';
import { servePages } from '../page/server.ts';

const timeout = 180_000;
const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;

let folder = '';
let expected: Answer;
let browser: Browser | undefined;

/** Three forms of the same picture: its file, and the prepared pixels as bytes and as numbers. */
const script = `
  import { readFileSync } from 'node:fs';
  import classify, { prepare } from './clothes/model.js';
  const file = readFileSync(process.argv[2]);
  const { pixels } = await prepare(file);
  const answers = [];
  for (const image of [file, pixels, Array.from(pixels, (value) => value / 255)]) answers.push(await classify(image));
  console.log(JSON.stringify(answers.map(({ label, probabilities }) => ({ label, probabilities }))));
`;

const page = `
  import { classify } from './clothes/model.js';
  try {
    const response = await fetch(new URL('./ankle-boot.png', document.baseURI));
    const image = new Image();
    image.src = URL.createObjectURL(await response.clone().blob());
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.width, image.height];
    canvas.getContext('2d').drawImage(image, 0, 0);
    const data = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const answers = [];
    for (const each of [await response.blob(), image, canvas, data, await createImageBitmap(canvas)])
      answers.push(await classify(each));
    const texts = answers.map(({ label, probabilities }) => JSON.stringify({ label, probabilities }));
    if (new Set(texts).size > 1) throw new Error(texts.join(' '));
    document.body.dataset.answer = texts[0];
  } catch (error) {
    document.body.dataset.failure = String(error);
  }
`;
const html = `<!doctype html><meta charset="utf-8"><title>Module</title><link rel="icon" href="data:,">
<body><script type="module" src="./main.js"></script></body>`;

/** A program that uses every type of the module, and three wrong uses. */
const typed = `
  import classify, { type Label, type ModelImage, classNames, prepare, shape } from './clothes/model.js';
  const image: ModelImage = { data: new Uint8Array(4), width: 1, height: 1 };
  const { label, probabilities }: { label: Label; probabilities: readonly number[] } = await classify(image);
  const height: 28 = shape.height;
  const pixels: Uint8Array = (await prepare(image, { steps: { invert: 'yes' } })).pixels;
  const boot: boolean = label === 'Ankle boot';
  export const all = [classNames, probabilities, height, pixels, boot];
  // @ts-expect-error: no class of the model
  export const hat: boolean = label === 'Hat';
  // @ts-expect-error: a path is no picture
  await classify('shoe.png');
  // @ts-expect-error: no such step
  await classify(image, { steps: { invert: 'maybe' } });
`;

before(async () => {
  await mkdir(join(root, 'build'), { recursive: true });
  folder = await mkdtemp(join(root, 'build/module-'));
  const written = await couture(['export', 'compact', '--to', 'esm', '--out', join(folder, 'clothes')]);
  assert.equal(written.code, 0, written.err);
  const { out, code, err } = await couture(['predict', 'compact', picture, '--json', '--backend', 'cpu']);
  assert.equal(code, 0, err);
  const [{ label, probabilities }] = JSON.parse(out).predictions;
  expected = { label, probabilities };
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  await writeFile(join(folder, 'predict.js'), script);
  await writeFile(join(folder, 'main.js'), page);
  await writeFile(join(folder, 'index.html'), html);
  await mkdir(join(folder, 'public'));
  for (const place of ['.', 'public']) await copyFile(picture, join(folder, place, 'ankle-boot.png'));
  if ('path' in found)
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
});

after(async () => {
  await browser?.close();
  if (folder !== '') await rm(folder, { recursive: true, force: true });
});

for (const runtime of [node(22), node(24), node(26), bun, deno])
  test(`${runtime.name} gives the bits of couture predict`, { timeout }, async (t) => {
    const there = await findRuntime(runtime, t.signal);
    if ('missing' in there) return t.skip(there.missing);
    t.diagnostic(there.version);
    const [program, ...args] = there.command;
    const said = await mustRun(program, [...args, 'predict.js', picture], folder);
    assert.deepEqual(JSON.parse(said), [expected, expected, expected]);
  });

test('a plain page gives them too, also where its policy forbids WebAssembly', {
  skip,
  timeout,
}, async () => {
  const policies = ["script-src 'self' 'wasm-unsafe-eval'", "script-src 'self'"];
  for (const policy of policies) {
    const headers = {
      'Content-Security-Policy': `default-src 'none'; ${policy}; connect-src 'self'; img-src blob: data:`,
    };
    const served = await servePages({ folder, isolated: false, headers });
    try {
      const { answer, failure } = await visit(browser, served.url);
      assert.deepEqual({ answer, failure }, { answer: expected, failure: undefined });
      assert.deepEqual(served.strays, []);
    } finally {
      await served.close();
    }
  }
});

test('a Vite app gives them too', { skip, timeout }, async () => {
  await build({ root: folder, base: './', logLevel: 'error', build: { outDir: 'dist' } });
  const server = await preview({ root: folder, logLevel: 'error', preview: { port: 0, host: '127.0.0.1' } });
  try {
    const [url] = server.resolvedUrls?.local ?? [];
    const { answer, failure, errors } = await visit(browser, url);
    assert.deepEqual({ answer, failure, errors }, { answer: expected, failure: undefined, errors: [] });
  } finally {
    await server.close();
  }
});

test('its types fit, and name the classes', { timeout }, async () => {
  await writeFile(join(folder, 'typed.ts'), typed);
  const config = {
    strict: true,
    noEmit: true,
    module: 'NodeNext',
    target: 'ES2023',
    lib: ['ES2023', 'DOM'],
    types: [],
  };
  await writeFile(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: config, files: ['typed.ts'] }),
  );
  await mustRun(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.'], folder);
});

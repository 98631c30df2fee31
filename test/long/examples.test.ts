/**
 * The examples, each run as its text says: those for Node on the source of this checkout, the pages with the package as it
 * is built, in Chromium. examples/page has page-example.test.ts.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { build, preview } from 'vite';
import { pages, root } from '../docs/pages.ts';
import { makeWorkspace } from '../docs/workspace.ts';
import { findChromium, finish } from '../matrix/runtimes.ts';
import { servePages } from '../page/server.ts';

const timeout = 180_000;
const examples = join(root, 'examples');

test('examples/README.md lists every example', () => {
  const listed = pages.get('examples/README.md')?.links.map(({ target }) => target.split('/')[0]) ?? [];
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  assert.deepEqual(
    folders.filter(({ name }) => !listed.includes(name)).map(({ name }) => name),
    [],
  );
});

describe('for Node', () => {
  let folder = '';
  before(() => {
    folder = makeWorkspace();
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** Runs a script as if it lay in the folder, where `couture` is found. */
  async function run(script: string, ...args: string[]): Promise<string> {
    const copy = join(folder, `${script.replaceAll('/', '-')}`);
    await cp(join(examples, script), copy);
    const { status, stdout, stderr } = spawnSync(process.execPath, [copy, ...args], {
      cwd: folder,
      encoding: 'utf8',
      timeout,
    });
    assert.equal(status, 0, `${stdout}\n${stderr}`);
    return stdout;
  }

  test('node/predict.js recognizes the three pictures', { timeout }, async () => {
    const pictures = ['boot.png', 'pullover.png', 'trouser.jpg'].map((name) =>
      join(examples, 'pictures', name),
    );
    const lines = (await run('node/predict.js', ...pictures)).trim().split('\n');
    const labels = lines.map((line) => /: (.+) \(\d+\.\d%\)$/.exec(line)?.[1]);
    assert.deepEqual(labels, ['Ankle boot', 'Pullover', 'Trouser']);
  });

  test('own-pictures/train.js learns ten directions of strokes', { timeout }, async () => {
    const drawn = spawnSync(process.execPath, [join(root, 'scripts/demos/many.ts'), 'strokes', '1200'], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.equal(drawn.status, 0, drawn.stderr);
    const printed = await run('own-pictures/train.js', 'strokes', 'strokes/class3/000003.png');
    assert.match(printed, /^1000 training images of 10 classes$/m);
    assert.match(printed, /^epoch 8 of 8: (9\d\.\d|100\.0)% of the validation images$/m);
    assert.match(printed, /^strokes\/class3\/000003\.png: class3$/m);
  });

  test('custom-network/train.js learns three directions of lines', { timeout }, async () => {
    const [parameters, accuracy, label] = (await run('custom-network/train.js')).trim().split('\n');
    assert.equal(parameters, '9059 parameters');
    assert.match(accuracy, /^(9\d\.\d|100\.0)% of the validation images$/);
    assert.equal(label, 'vertical');
  });
});

describe('in a page', async () => {
  const found = await findChromium();
  const skip = 'missing' in found ? found.missing : false;
  const core = join(root, 'packages/core');
  let folder = '';
  let browser: Browser | undefined;

  before(async () => {
    if (!('path' in found)) return;
    const { signal } = new AbortController();
    const { code, output } = await finish(process.execPath, ['scripts/build.ts'], { cwd: root, signal });
    assert.equal(code, 0, output);
    await mkdir(join(root, 'build'), { recursive: true });
    folder = await mkdtemp(join(root, 'build/examples-'));
    browser = await chromium.launch({ executablePath: found.path, args: ['--no-sandbox'] });
  });
  after(async () => {
    await browser?.close();
    if (folder !== '') await rm(folder, { recursive: true, force: true });
  });

  /** Opens a page; what it reports as an error fails the test. */
  async function open(url: string, t: TestContext): Promise<Page> {
    assert.ok(browser);
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text());
    });
    t.after(async () => {
      await page.close();
      assert.deepEqual(errors, []);
    });
    await page.goto(url);
    return page;
  }

  test('vite classifies the picture that is chosen', { skip, timeout }, async (t) => {
    const project = join(folder, 'vite');
    await cp(join(examples, 'vite'), project, { recursive: true });
    await installCore(join(project, 'node_modules'));
    const common = { root: project, configFile: false, logLevel: 'error' } as const;
    await build(common);
    const server = await preview({ ...common, preview: { port: 0 } });
    t.after(() => server.close());
    const page = await open(String(server.resolvedUrls?.local[0]), t);
    for (const [picture, label] of [
      ['trouser.jpg', 'Trouser'],
      ['boot.png', 'Ankle boot'],
    ]) {
      await page.setInputFiles('#file', join(examples, 'pictures', picture));
      await page.getByText(new RegExp(String.raw`^${label} \(\d+\.\d%\)$`)).waitFor({ timeout: 60_000 });
    }
  });

  test('plain-page classifies its image, under its own policy', { skip, timeout }, async (t) => {
    const project = join(folder, 'plain');
    await cp(join(examples, 'plain-page'), project, { recursive: true });
    await cp(join(root, 'packages/couture/dist/page.js'), join(project, 'page.js'));
    await cp(join(core, 'models/compact.safetensors'), join(project, 'compact.safetensors'));
    await cp(join(examples, 'pictures/boot.png'), join(project, 'boot.png'));
    const served = await servePages({ folder: project, isolated: false });
    t.after(() => served.close());
    const page = await open(served.url, t);
    await page.getByText(/^Ankle boot \(\d+\.\d%\)$/).waitFor({ timeout: 60_000 });
    assert.deepEqual(served.strays, []);
  });

  /** @couture/core as it is packed, and its dependencies. */
  async function installCore(modules: string): Promise<void> {
    const { dependencies = {}, files } = JSON.parse(readFileSync(join(core, 'package.json'), 'utf8')) as {
      readonly dependencies?: Readonly<Record<string, string>>;
      readonly files: readonly string[];
    };
    for (const file of ['package.json', ...files])
      if (existsSync(join(core, file)))
        await cp(join(core, file), join(modules, '@couture/core', file), { recursive: true });
    for (const name of Object.keys(dependencies))
      await cp(join(root, 'node_modules', name), join(modules, name), { recursive: true });
  }
});

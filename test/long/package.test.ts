/** The packages as npm would publish them: packed, installed into an empty folder, run, imported and type-checked. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { packagedModels } from '../../src/runs/known-models.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

const folder = mkdtempSync(join(tmpdir(), 'couture-package-'));
const consumer = join(folder, 'consumer');

/** Runs a command to its end; a failure shows all that it said. */
function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  const said = `${command} ${args.join(' ')} ended with ${error?.message ?? status}\n${stdout}\n${stderr}`;
  assert.equal(status, 0, said);
  return stdout;
}

/** A packed package, as npm tells of it. */
interface Packed {
  readonly filename: string;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** Packs one of the two; what they hold is built for both at once, by the first. */
function pack(name: 'core' | 'couture'): Packed {
  const isBuilt = name === 'couture' ? ['--ignore-scripts'] : [];
  const args = ['pack', '--json', '--loglevel=error', ...isBuilt, '--pack-destination', folder];
  const packed = run('npm', args, join(root, 'packages', name));
  // npm 11 lists what it packed, npm 12 keys it by name.
  const report: unknown = JSON.parse(packed.slice(packed.search(/^[[{]/m)));
  return Object.values(report as Record<string, Packed>)[0];
}

describe('the packed packages', () => {
  let core: Packed;
  let files: string[] = [];

  before(() => {
    core = pack('core');
    const couture = pack('couture');
    files = couture.files.map(({ path }) => path);
    mkdirSync(consumer);
    writeFileSync(
      join(consumer, 'package.json'),
      '{ "name": "consumer", "private": true, "type": "module" }',
    );
    // npm 11 and later block install scripts by default: what is installed must work without them.
    const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
    const archives = [core, couture].map(({ filename }) => join(folder, filename));
    run('npm', ['install', ...flags, ...archives], consumer);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the one for a page is below 1 MB without its model, has the same version, and holds nothing else', () => {
    const code = core.unpackedSize - 476_544;
    assert.ok(code < 1_000_000, `${code} bytes`);
    const kinds =
      /^(dist\/.+\.(js|d\.ts)|dist\/vendor\/LICENSES\.txt|models\/compact\.(safetensors|md)|package\.json|LICENSE|README\.md|CHANGELOG\.md)$/;
    assert.deepEqual(
      core.files.filter(({ path }) => !kinds.test(path)),
      [],
    );
    for (const name of ['core', 'couture']) {
      const text = readFileSync(join(root, 'packages', name, 'package.json'), 'utf8');
      const manifest = JSON.parse(text) as { version: string; dependencies: Record<string, string> };
      assert.equal(manifest.version, version);
      assert.equal(manifest.dependencies['@couture/core'], name === 'core' ? undefined : version);
    }
  });

  test('the one with the command holds what is used and nothing else', () => {
    const stray = files.filter(
      (path) =>
        !/^(bin\/couture\.js|dist\/.+\.(js|d\.ts)|dist\/(vendor\/|page\.)LICENSES\.txt|fonts\/(Inter-\w+\.ttf|LICENSE\.txt)|package\.json|LICENSE|README\.md|CHANGELOG\.md|models\/(compact|best-single)\.(safetensors|md)|studio\/(index\.html|icon\.svg|LICENSES\.txt|served\.json|assets\/[\w-]+\.(js|css|safetensors)))$/.test(
          path,
        ),
    );
    assert.deepEqual(stray, []);
    assert.deepEqual(
      files.filter((path) => path.includes('.test.')),
      [],
    );
    for (const path of [
      'LICENSE',
      'studio/LICENSES.txt',
      'bin/couture.js',
      'dist/index.js',
      'dist/index.d.ts',
      'dist/page.js',
    ]) {
      assert.ok(files.includes(path), `${path} is missing`);
    }
  });

  test('publint and attw find nothing wrong with either', () => {
    for (const name of ['couture-core', 'couture']) {
      const archive = join(folder, `${name}-${version}.tgz`);
      const tool = (file: string) => join(root, 'node_modules', file);
      run(process.execPath, [tool('publint/src/cli.js'), 'run', archive, '--strict'], folder);
      // Modules only, for Node 22 and bundlers of today.
      run(
        process.execPath,
        [tool('@arethetypeswrong/cli/dist/index.js'), archive, '--profile', 'esm-only'],
        folder,
      );
    }
  });

  test('types have neither the schema library nor long literals', () => {
    for (const name of ['@couture/core', 'couture']) {
      const own = join(consumer, 'node_modules', name, 'dist');
      for (const file of globSync('**/*.d.ts', { cwd: own })) {
        const text = readFileSync(join(own, file), 'utf8');
        assert.ok(!/['"]zod/.test(text), `${name}: ${file} leads to zod`);
        const longest = Math.max(...text.split('\n').map((line) => line.length));
        assert.ok(longest < 500, `${name}: ${file} has a line of ${longest} characters`);
      }
    }
  });

  test('an install has few packages and less than 50 MB', () => {
    const lock = JSON.parse(readFileSync(join(consumer, 'node_modules/.package-lock.json'), 'utf8'));
    const names = Object.keys((lock as { packages: object }).packages);
    assert.ok(names.length <= 14, `${names.length} packages: ${names}`);
    const sizes = globSync('node_modules/**', { cwd: consumer, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    assert.ok(bytes < 50_000_000, `${bytes} bytes`);
  });

  test('a model that is not here: the command that gets it, and it is got from a folder', () => {
    const models = join(root, 'models');
    const env = { ...process.env, COUTURE_CACHE: join(folder, 'cache') };
    const couture = (...args: string[]) =>
      spawnSync('npx', ['--no-install', 'couture', ...args], { cwd: consumer, encoding: 'utf8', env });
    const missing = couture('card', 'best');
    assert.notEqual(missing.status, 0);
    assert.match(
      missing.stderr,
      /The model best \(16\.9 MB\) is not here\.\s+Get it: npx couture models get best/,
    );
    assert.match(couture('models', 'list').stdout, /^best +16\.9 MB +94\.07% +not here/m);
    const got = couture('models', 'get', 'best', '--from', models);
    assert.equal(got.status, 0, got.stderr);
    assert.match(couture('card', 'best').stdout, /^# Fashion-MNIST by an ensemble/);
  });

  test('figures are drawn with the font of the package', () => {
    writeFileSync(join(consumer, 'draw.js'), drawScript);
    assert.match(run(process.execPath, ['draw.js'], consumer), /^PNG of \d{4,} bytes$/m);
  });

  test('npx couture --version and --help', () => {
    const flags = ['--no-install', 'couture'];
    assert.equal(run('npx', [...flags, '--version'], consumer).trim(), version);
    assert.match(run('npx', [...flags, '--help'], consumer), /couture train/);
  });

  test('couture, couture/node and @couture/core are imported by name', () => {
    const script = `
      import { sequential, linear, logSoftmax } from 'couture';
      import * as core from '@couture/core';
      import * as node from 'couture/node';
      const spec = sequential(linear(784, 10), logSoftmax());
      console.log(spec.layers.length, typeof node.load, node.sequential === sequential, core.sequential === sequential);
    `;
    writeFileSync(join(consumer, 'import.js'), script);
    assert.equal(run(process.execPath, ['import.js'], consumer).trim(), '2 function true true');
  });

  test('trains on two threads, to the bits of one', () => {
    writeFileSync(join(consumer, 'train.js'), trainScript);
    const [one, two, accuracy] = run(process.execPath, ['train.js'], consumer).trim().split('\n');
    assert.match(one, /^[0-9a-f]{64}$/);
    assert.equal(two, one);
    assert.ok(Number(accuracy) > 0.95, `validation accuracy ${accuracy}`);
  });

  test('its shipped models are found where it is installed, by name', () => {
    const models = join(consumer, 'node_modules/couture/models');
    const own = packagedModels('couture');
    assert.deepEqual(
      readdirSync(models).sort(),
      own.flatMap((name) => [`${name}.md`, `${name}.safetensors`]).sort(),
    );
    writeFileSync(join(consumer, 'ship.js'), shipScript);
    const [folder, names, label] = run(process.execPath, ['ship.js'], consumer).trim().split('\n');
    assert.equal(realpathSync(folder), realpathSync(models));
    assert.deepEqual(names.split(','), [...own, 'tiny'].sort());
    writeFileSync(join(consumer, 'black.png'), BLACK_PNG);
    const said = run('npx', ['--no-install', 'couture', 'predict', 'tiny', 'black.png'], consumer);
    assert.ok(said.startsWith(`black.png: ${label} (`), said);
    assert.match(run('npx', ['--no-install', 'couture', 'card', 'tiny'], consumer), /^# Tiny\n/);
  });

  test('no declaration names a global type that TypeScript 5 does not have', () => {
    // Those of WebGPU came with TypeScript 6. A consumer without skipLibCheck would get an error in Couture's own files.
    for (const name of ['couture', '@couture/core']) {
      const folder = join(consumer, 'node_modules', name, 'dist');
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      const declared = files.filter((file) => file.endsWith('.d.ts') && !file.startsWith('vendor'));
      assert.ok(declared.length > 40, `${declared.length} files`);
      for (const file of declared) {
        const code = readFileSync(join(folder, file), 'utf8').replace(
          /\/\*[\s\S]*?\*\/|\/\/.*|'[^'\n]*'/g,
          '',
        );
        assert.doesNotMatch(code, /\bGPU[A-Z]?\w*/, `${name}/dist/${file}`);
      }
    }
  });

  test('the types serve a strict consumer', () => {
    mkdirSync(join(consumer, 'node_modules/@types'), { recursive: true });
    for (const name of ['@types/node', 'undici-types']) {
      symlinkSync(join(root, 'node_modules', name), join(consumer, 'node_modules', name));
    }
    writeFileSync(join(consumer, 'good.ts'), goodTypes);
    writeFileSync(join(consumer, 'bad.ts'), badTypes);
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    run(process.execPath, [tsc, ...flags, 'good.ts'], consumer);
    const bad = spawnSync(process.execPath, [tsc, ...flags, 'bad.ts'], { cwd: consumer, encoding: 'utf8' });
    const errors = bad.stdout.split('\n').filter((line) => line.startsWith('bad.ts'));
    assert.equal(errors.length, 5, `five wrong uses should be five errors:\n${bad.stdout}`);
  });
});

/** Images whose class is the row that is lit: prints the weights' sum on one and on two threads, and the accuracy. */
const trainScript = `
  import { resolveConfig, train } from 'couture';
  import { defaultDataset } from 'couture/data';
  import { weightsSha256 } from 'couture/ship';
  import { createNodeBackend } from 'couture/node';

  const length = 600;
  const labels = Uint16Array.from({ length }, (_, i) => i % 10);
  const images = new Uint8Array(length * 784);
  labels.forEach((label, i) => images.fill(200 + (i % 50), i * 784 + label * 56, i * 784 + label * 56 + 28));
  const classNames = Array.from({ length: 10 }, (_, i) => 'row ' + i);
  const info = { ...defaultDataset, name: 'rows', classNames };
  const dataset = { info, split: 'train', images, labels, length };
  const config = resolveConfig({ dataset, settings: { hidden: [24, 12], dropout: [0.1], epochs: 25, batchSize: 16 } });

  let accuracy;
  for (const threads of [1, 2]) {
    const backend = await createNodeBackend({ backend: 'wasm', threads });
    let parameters;
    for await (const event of train(config, { backend, dataset })) {
      if (event.type !== 'epoch') continue;
      parameters = event.parameters;
      accuracy = event.metrics.validationAccuracy;
    }
    const tensors = [...parameters].map(([name, data]) => [name, { shape: [data.length], data }]);
    console.log(await weightsSha256(new Map(tensors)));
    await backend.dispose();
  }
  console.log(accuracy);
`;

/** Draws a figure with text as PNG. */
const drawScript = `
  import { multilayer } from 'couture';
  import { drawNetwork } from 'couture/figures';
  import { nodeDocument, renderPng } from 'couture/figures/node';
  const figure = drawNetwork(multilayer(784, [128], 10), { document: nodeDocument() });
  console.log('PNG of ' + renderPng(figure).length + ' bytes');
`;

/** A picture of one black pixel. */
const BLACK_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==',
  'base64',
);

/** A model put among the shipped ones: prints their folder, their names, and what it says of a black picture. */
const shipScript = `
  import { writeFileSync } from 'node:fs';
  import { dirname, join } from 'node:path';
  import { fileURLToPath } from 'node:url';
  import { linear, logSoftmax, sequential } from 'couture';
  import { defaultDataset } from 'couture/data';
  import { encodeModel } from 'couture/ship';
  import { listShipped, load } from 'couture/node';

  const sum = '0'.repeat(64);
  const split = { length: 1, imagesSha256: sum, labelsSha256: sum };
  const figures = {
    images: 1, accuracy: 1, interval: { low: 0, high: 1 }, loss: 0, ece: 0, perClass: [], confused: [],
  };
  const member = {
    run: 'tiny', recipe: null, couture: '0.1.0', settings: {}, command: null, bestEpoch: 1, epochs: 1,
    weightsSha256: sum,
  };
  const card = {
    title: 'Tiny', couture: '0.1.0', split: null, folded: false,
    members: [member], validation: null, calibration: null, test: figures,
  };
  const weights = new Map([
    ['fc1.weight', new Float32Array(2 * 784).map((_, i) => Math.sin(i))],
    ['fc1.bias', Float32Array.of(0.5, -0.5)],
  ]);
  const data = { ...defaultDataset, classNames: ['cap', 'scarf'], splits: { train: split, test: split } };
  const input = { shape: data.shape, pixels: data.preprocessing.pixels };
  const bytes = await encodeModel({
    data, temperature: 1,
    views: { flip: true, shift: 1 }, precision: 'int8', card,
    members: [{ spec: sequential(linear(784, 2), logSoftmax()), input, weights }],
  });
  const models = join(dirname(fileURLToPath(import.meta.resolve('couture/package.json'))), 'models');
  writeFileSync(join(models, 'tiny.safetensors'), bytes);
  console.log(models);
  console.log((await listShipped()).join());
  const model = await load('tiny');
  console.log((await model.predict(new Uint8Array(784))).label);
  await model.dispose();
`;

const goodTypes = `
  import { type ModelSpec, multilayer, resolveConfig, type TrainEvent, train } from 'couture';
  import { createNodeBackend, getDataset, load } from 'couture/node';

  export const spec: ModelSpec = multilayer(784, [128, 64], 10, [0.25, 0.25]);
  export async function main(): Promise<string> {
    const backend = await createNodeBackend({ threads: 2 });
    const dataset = await getDataset('fashion-mnist', 'train');
    for await (const event of train(resolveConfig({ recipe: 'baseline' }), { backend, dataset })) {
      const told: TrainEvent = event;
      if (told.type === 'epoch') console.log(told.metrics.validationAccuracy.toFixed(4));
    }
    const model = await load('run');
    const { label, probabilities } = await model.predict('shoe.png');
    return label + probabilities[0].toFixed(2);
  }
`;

const badTypes = `
  import { linear, multilayer, resolveConfig } from 'couture';
  import { load } from 'couture/node';
  export const a = linear('784', 10);
  export const b: number = multilayer(784, [128], 10);
  export const c = resolveConfig({ recipe: 'basline' });
  export const d = resolveConfig({ settings: { epoch: 5 } });
  export const e = load(5);
`;

/** Inputs that failed once, as files in cases/ and made by commands, by the real command: what is right for each of them. */

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findDataset } from '../src/data/registry.ts';
import { multilayer } from '../src/model/spec.ts';
import { cachedPath } from '../src/platform/node/data/cache.ts';
import { encodeModel } from '../src/ship/model-file.ts';
import { makeModel, makeNetwork } from './model-fixture.ts';
import { tinyTrain } from './tiny-data.ts';

const bin = fileURLToPath(new URL('../packages/couture/bin/couture.js', import.meta.url));
const files = fileURLToPath(new URL('cases', import.meta.url));
const cwd = mkdtempSync(join(tmpdir(), 'couture-cases-'));
const cache = join(cwd, 'cache');
after(() => rmSync(cwd, { recursive: true, force: true }));

/** Seconds after which a command counts as one that never ends. */
const MOST_SECONDS = 40;

interface Ended {
  readonly code: number | null;
  readonly text: string;
}

/** Runs the command, and ends it where it does not end by itself: its code is null then. */
async function couture(...args: string[]): Promise<Ended> {
  const env = { ...process.env, COUTURE_CACHE: cache, COUTURE_BACKEND: 'cpu' };
  const options = { cwd, env, timeout: MOST_SECONDS * 1000, killSignal: 'SIGKILL' } as const;
  return await new Promise((resolve) => {
    execFile(process.execPath, [bin, ...args], options, (error, out, err) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
      resolve({ code, text: out + err });
    });
  });
}

/** What is right: the exit code, and what is said. */
async function check(args: readonly string[], code: number, ...said: readonly RegExp[]): Promise<string> {
  const { text, ...ended } = await couture(...args);
  assert.equal(ended.code, code, `${args.join(' ')}: ${text.slice(0, 1000)}`);
  for (const words of said) assert.match(text, words, args.join(' '));
  assert.doesNotMatch(text, /Internal error/);
  return text;
}

const at = (...names: string[]): string => join(cwd, ...names);
const train = ['train', '--data', 'tiny.csv', '--hidden', '8', '--epochs', '2'];

/** One bit of a file, in the middle of its data. */
function flipBit(path: string): void {
  const bytes = readFileSync(path);
  bytes[bytes.length - 40] ^= 1;
  writeFileSync(path, bytes);
}

/** A folder in which a run named `name` is a copy of the one that was trained. */
function copyRun(name: string): string {
  const path = at('runs', 'train', name);
  cpSync(at('runs', 'train', 'tiny'), path, { recursive: true });
  return path;
}

before(async () => {
  cpSync(files, cwd, { recursive: true });
  const { images, labels, length } = tinyTrain;
  const rows = Array.from({ length }, (_, i) => [labels[i], ...images.subarray(i * 36, (i + 1) * 36)].join());
  writeFileSync(at('tiny.csv'), `label,${rows[0].replace(/[^,]+/g, 'p').slice(2)}\n${rows.join('\n')}\n`);
  execFileSync('mkfifo', ['pipe.png', 'pipe.safetensors', 'pipe.json', 'pipe.csv'], { cwd });
  symlinkSync('/dev/zero', at('zero.safetensors'));
  await check([...train, '--name', 'tiny'], 0);
  await check(['pack', 'tiny', '--out', 'tiny.safetensors'], 0);
});

describe('files', { concurrency: 2 }, () => {
  test('a picture without ground is what it is on white', async () => {
    const folder = 'transparent-cutout';
    const text = await check(['predict', 'compact', `${folder}/cutout.png`, `${folder}/on-white.png`], 0);
    assert.match(text, /cutout\.png: Sneaker .*white behind transparent pixels/);
    assert.match(text, /on-white\.png: Sneaker/);
  });

  test('hidden companions of pictures are passed over', async () => {
    const text = await check(['predict', 'compact', 'apple-double'], 0, /shoe\.jpg: Ankle boot/);
    assert.doesNotMatch(text, /\._shoe/);
  });

  test('what is no model is called what it is', async () => {
    await check(['predict', 'not-a-model.bin', '--test-index', '0'], 2, /not-a-model\.bin is a ZIP archive/);
  });

  test('absurd sides are refused at once', async () => {
    const started = performance.now();
    await check(['predict', 'compact', 'one-pixel-wide.png'], 3, /it is 1 x 49,000,000 pixels/);
    assert.ok(performance.now() - started < 20_000);
  });

  test('__proto__ is no setting', async () => {
    await check(['summary', '--config', 'config-proto.json'], 2, /config-proto\.json/);
    // Of this version nothing else is wrong with it.
    writeFileSync(at('proto.json'), '{"version":2,"settings":{"epochs":3,"__proto__":[448,224]}}');
    await check(['summary', '--config', 'proto.json'], 2, /__proto__/);
  });

  test('weights whose sums overflow are an error, and no answer', async () => {
    await check(['predict', 'finite-overflow.safetensors', 'apple-double'], 3, /of version 1/);
    const { spec, input, weights } = makeNetwork(multilayer(12, [8], 3), 1);
    const huge = new Map([...weights].map(([name, values]) => [name, values.map(() => 3e38)]));
    const bytes = await encodeModel(makeModel({ members: [{ spec, input, weights: huge }] }));
    writeFileSync(at('overflow.safetensors'), bytes);
    await check(['predict', 'overflow.safetensors', 'apple-double/shoe.jpg'], 3, /finite|overflow/);
  });
});

describe('pipes and devices', { concurrency: 2 }, () => {
  test('as pictures, models, configs and data are no files', async () => {
    await check(['predict', 'compact', 'pipe.png'], 3, /pipe\.png is not a file/);
    await check(['card', 'pipe.safetensors'], 3, /pipe\.safetensors is not a file/);
    await check(['predict', 'pipe.safetensors', 'apple-double'], 3, /pipe\.safetensors is not a file/);
    await check(['summary', '--config', 'pipe.json'], 2, /pipe\.json/);
    await check(['data', 'import', 'pipe.csv'], 3, /pipe\.csv/);
  });

  test('as a model, an endless device takes no memory', async () => {
    await check(['card', 'zero.safetensors'], 3, /zero\.safetensors is not a file/);
    await check(['predict', 'zero.safetensors', 'apple-double'], 3, /zero\.safetensors is not a file/);
  });

  test('as a file of the cache, a pipe is damage', async () => {
    const sum = findDataset('fashion-mnist')?.files['test-labels'].sha256 ?? '';
    const path = cachedPath(cache, sum);
    mkdirSync(join(path, '..'), { recursive: true });
    execFileSync('mkfifo', [path]);
    const { code, text } = await couture('data', 'info', 'fashion-mnist');
    assert.notEqual(code, null, 'it hangs');
    assert.match(text, /not a file|cannot be read/i);
  });

  test('as a lock, a pipe keeps nobody waiting', async () => {
    const run = copyRun('piped');
    execFileSync('mkfifo', [join(run, 'lock')]);
    const { code } = await couture('train', '--resume', 'piped', '--epochs', '3');
    assert.notEqual(code, null, 'it hangs');
  });
});

describe('runs', { concurrency: 2 }, () => {
  test('a folder with a lock alone, of a process that is gone, is no run that has the name', async () => {
    mkdirSync(at('runs', 'train', 'locked'), { recursive: true });
    const gone = { pid: 2 ** 22 + 7, host: hostname(), started: null };
    writeFileSync(at('runs', 'train', 'locked', 'lock'), JSON.stringify(gone));
    await check([...train, '--name', 'locked'], 0);
  });

  test('one flipped bit in a checkpoint, weights or a model file is named, and nothing is made of it', async () => {
    flipBit(join(copyRun('state'), 'checkpoint', 'state.safetensors'));
    await check(['train', '--resume', 'state', '--epochs', '3'], 3, /state\.safetensors is damaged/);
    flipBit(join(copyRun('best'), 'weights', 'best.safetensors'));
    await check(['evaluate', 'best'], 3, /best\.safetensors is damaged/);
    await check(['pack', 'best', '--out', 'best.safetensors'], 3, /best\.safetensors is damaged/);
    cpSync(at('tiny.safetensors'), at('bit.safetensors'));
    flipBit(at('bit.safetensors'));
    for (const args of [
      ['card', 'bit.safetensors'],
      ['predict', 'bit.safetensors', 'apple-double'],
    ])
      await check(args, 3, /bit\.safetensors is damaged/);
  });

  test('batches of one image have no statistics to normalize by', async () => {
    const args = [...train, '--batch-size', '1', '--norm', 'batch', '--name', 'one'];
    await check(args, 2, /Batch normalization needs at least 2 images in a batch/);
  });

  test('a run that diverged before its first epoch does not keep its name', async () => {
    const wide = [
      '--hidden',
      '64,64,64',
      '--batch-size',
      '8',
      '--optimizer',
      'sgd',
      '--learning-rate',
      '100',
    ];
    const args = ['train', '--data', 'tiny.csv', '--epochs', '3', ...wide, '--name', 'wild'];
    await check(args, 1, /diverged in epoch 1/);
    await check(args, 1, /diverged in epoch 1/);
  });
});

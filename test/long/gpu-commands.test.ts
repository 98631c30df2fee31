/** The commands on a GPU that SwiftShader stands in for. Skipped with the reason where there is none. */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import * as z from 'zod';
import { barImage, barLabel } from '../bars-data.ts';
import { couture, parseDocument } from '../command.ts';
import { swiftShader } from '../stand-in-gpu.ts';

const found = swiftShader();
const skip = 'missing' in found ? found.missing : false;
const cwd = await mkdtemp(join(tmpdir(), 'couture-gpu-'));
const env = { XDG_CACHE_HOME: join(cwd, 'cache'), ...('env' in found && found.env) };
after(() => rm(cwd, { recursive: true, force: true }));

/** Few images: SwiftShader is slow. */
const IMAGES = 320;

before(async () => {
  const rows = Array.from({ length: IMAGES }, (_, i) => [barLabel(i), ...barImage(i)].join(','));
  await mkdir(join(cwd, 'set'));
  await writeFile(join(cwd, 'set.csv'), rows.join('\n'));
});

async function trainOn(backend: string, ...more: string[]) {
  const args = ['train', 'set.csv', '--recipe', 'baseline', '--epochs', '1', '--backend', backend];
  const outcome = await couture([...args, '--name', backend, ...more, '--json'], { cwd, env });
  const { run } = parseDocument(outcome, { run: z.string() });
  const [, row] = (await readFile(join(cwd, run, 'results.csv'), 'utf8')).split('\n');
  const [, trainLoss, validationLoss] = row.split(',').map(Number);
  return { err: outcome.err, run, losses: [trainLoss, validationLoss] };
}

test('an epoch of baseline has the losses of the CPU to 1e-3, and auto takes no software for a GPU', {
  skip,
}, async () => {
  const gpu = await trainOn('gpu');
  assert.match(gpu.err, /^GPU: SwiftShader/m);
  const auto = await trainOn('auto');
  assert.match(auto.err, /^CPU: the WebGPU adapter Swiftshader is software, not a GPU\.$/m);
  gpu.losses.forEach((loss, i) => {
    const difference = Math.abs(loss - auto.losses[i]);
    assert.ok(difference < 1e-3, `${loss} on the GPU, ${auto.losses[i]} on the CPU`);
  });
  const config = JSON.parse(await readFile(join(cwd, gpu.run, 'config.json'), 'utf8'));
  const environment = JSON.parse(await readFile(join(cwd, gpu.run, 'env.json'), 'utf8'));
  assert.deepEqual([config.backend, environment.backend.name], ['gpu', 'webgpu']);
});

test('checks lists the adapter', { skip }, async () => {
  const { gpu } = parseDocument(await couture(['checks', '--json'], { cwd, env }), {
    gpu: z.object({
      installed: z.literal(true),
      adapters: z.array(
        z.object({ name: z.string(), software: z.boolean(), limits: z.object({ bufferBytes: z.number() }) }),
      ),
    }),
  });
  const [adapter] = gpu.adapters;
  assert.match(adapter.name, /swiftshader/i);
  assert.ok(adapter.software && adapter.limits.bufferBytes >= 2 ** 27);
});

test('checks holds the GPU to the reference', { skip }, async () => {
  const outcome = await couture(['checks', '--backend', 'gpu'], { cwd, env });
  assert.equal(outcome.code, 0, outcome.err);
  assert.match(outcome.out, /against the reference +equal to within \d\.\de-\d+, the tolerance for a GPU/);
});

test('where there is no GPU, asking for one is answered in a sentence', async () => {
  // No driver is there to be found.
  const none = { VK_ICD_FILENAMES: join(cwd, 'none.json'), VK_DRIVER_FILES: join(cwd, 'none.json') };
  const args = ['train', 'set.csv', '--epochs', '1', '--backend', 'gpu', '--name', 'none'];
  const { code, err } = await couture(args, { cwd, env: { ...env, ...none } });
  assert.equal(code, 4, err);
  assert.match(err, /No GPU was found: WebGPU has no adapter here\.|the package webgpu is missing/);
});

/**
 * The GPU in Deno, which has WebGPU of its own (wgpu) and needs no package: the command trains on it, on SwiftShader or on
 * the driver that VK_ICD_FILENAMES names. Skipped with a sentence where Deno or an adapter is missing.
 */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { barImage, barLabel } from '../bars-data.ts';
import { deno, findRuntime, finish, root } from '../matrix/runtimes.ts';
// Names SwiftShader to Vulkan unless another driver is named.
import '../software-gpu.ts';

const cwd = await mkdtemp(join(tmpdir(), 'couture-deno-gpu-'));
after(() => rm(cwd, { recursive: true, force: true }));

/** Few images: SwiftShader is slow. */
const IMAGES = 320;
const timeout = 120_000;

before(async () => {
  const rows = Array.from({ length: IMAGES }, (_, i) => [barLabel(i), ...barImage(i)].join(','));
  await mkdir(join(cwd, 'set'));
  await writeFile(join(cwd, 'set.csv'), rows.join('\n'));
});

/** Runs the command in Deno and gives its document. */
async function couture(command: readonly string[], args: readonly string[], { signal }: TestContext) {
  const [deno, ...flags] = command;
  const all = [...flags, join(root, 'packages/couture/bin/couture.js'), ...args, '--json'];
  const env = { ...process.env, XDG_CACHE_HOME: join(cwd, 'cache'), COUTURE_THREADS: '1' };
  const { code, stdout, output } = await finish(deno, all, { cwd, signal, env });
  assert.equal(code, 0, output);
  return JSON.parse(stdout);
}

test('an epoch of baseline in Deno has the losses of the CPU to 1e-3', { timeout }, async (t) => {
  const found = await findRuntime(deno, t.signal);
  if ('missing' in found) return t.skip(`Deno's GPU is not tested: ${found.missing}`);
  const { gpu } = await couture(found.command, ['checks'], t);
  if (gpu.adapters.length === 0) return t.skip(`${found.version} has no WebGPU adapter here`);
  const losses: number[][] = [];
  for (const backend of ['cpu', 'gpu']) {
    const args = ['train', 'set.csv', '--recipe', 'baseline', '--epochs', '1', '--name', backend];
    const { run } = await couture(found.command, [...args, '--backend', backend], t);
    const [, row] = (await readFile(join(cwd, run, 'results.csv'), 'utf8')).split('\n');
    losses.push(row.split(',').slice(1, 3).map(Number));
    const env = JSON.parse(await readFile(join(cwd, run, 'env.json'), 'utf8'));
    assert.equal(env.backend.name, backend === 'gpu' ? 'webgpu' : 'wasm');
  }
  const [cpu, own] = losses;
  t.diagnostic(
    `${found.version} on ${gpu.adapters[0].name}: losses ${own.join(', ')}; CPU ${cpu.join(', ')}`,
  );
  own.forEach((loss, i) => {
    assert.ok(Math.abs(loss - cpu[i]) < 1e-3, `${loss} on the GPU, ${cpu[i]} on the CPU`);
  });
});

/**
 * The generated blocks of docs/gpu.md, and its figure, are what the stored results say. And what they say of figures that are
 * made up here.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gpuText } from '../../bench/gpu/adapter.ts';
import { drawCurves } from '../../bench/gpu/curves-figure.ts';
import { curvesText } from '../../bench/gpu/curves-page.ts';
import type { GpuFigures } from '../../bench/gpu/figures-data.ts';
import { gpuBlocks } from '../../bench/gpu/figures-page.ts';
import { gpuPage, withBlock } from '../../bench/gpu/page.ts';
import type { GpuPage } from '../../bench/page/gpu.ts';
import { gpuPageText } from '../../bench/page/gpu-report.ts';
import { loadCurves, loadGpu, loadGpuPage } from '../../bench/store.ts';
import { root } from './pages.ts';

const page = readFileSync(gpuPage, 'utf8');
const [figures, curves, inPages] = [loadGpu(), loadCurves(), loadGpuPage()];
assert.ok(figures && curves && inPages, 'bench/results lacks figures of the GPU');

test('the blocks of docs/gpu.md are what the stored results say', () => {
  const blocks = [
    ...Object.entries(gpuBlocks(figures)).map((block) => [...block, 'node bench/gpu/report.ts'] as const),
    ['gpu-curves', curvesText(curves), 'npm run gpu-curves -- --render'] as const,
    ['gpu-page', gpuPageText(inPages), 'npm run bench -- gpu-page'] as const,
  ];
  for (const [block, markdown, command] of blocks)
    assert.equal(page, withBlock(page, block, markdown), `${block}: ${command}`);
});

test('the figure of the curves is what the stored trainings say', () => {
  const stored = readFileSync(join(root, 'docs/gpu-curves.svg'), 'utf8');
  assert.equal(stored, `${drawCurves(curves).svg}\n`, 'npm run gpu-curves -- --render');
});

test('a software adapter is called one wherever its figures are', () => {
  assert.ok(curves.gpu.software && inPages.adapter.software, 'measured on a GPU by now: mend this test');
  assert.match(curvesText(curves), /a software adapter: the CPU emulates a GPU/);
  assert.match(drawCurves(curves).svg, /a software adapter/);
  assert.match(gpuPageText(inPages), /^\*\*No GPU was there\.\*\*/);
  const gpu = { name: 'NVIDIA H200', driver: 'driver 1', software: false, webgpu: 'Dawn' };
  assert.equal(gpuText(gpu), 'NVIDIA H200, driver 1');
});

const step = { name: 'A', batchSize: 64, microseconds: 50 };
const backend = { info: { variant: 'a GPU' }, steps: [step], predictMicroseconds: { '1': 7 } };
const madeUp: GpuFigures = {
  couture: {
    ...{ date: '2026-11-27', couture: '0.1.0', node: '24', processor: 'CPU', threads: 2, runs: [] },
    adapter: { name: 'GPU', driver: 'driver', software: false, webgpu: 'Dawn' },
    gpu: backend,
  },
};
const headOf = (shown: GpuFigures) => gpuBlocks(shown).gpu.split('\n')[0];

test('what was not measured has no column and no choice is made up', () => {
  assert.equal(headOf(madeUp), '| network, batch size | Couture, GPU |');
  assert.match(gpuBlocks(madeUp)['gpu-choices'], /has not been measured on a GPU yet/);
  const fast = { ...madeUp.couture, 'gpu, fast': backend };
  const task = { name: 'A', batchSize: 64 };
  const pytorch = {
    torch: '2',
    gpu: 'GPU',
    tasks: [
      { ...task, eager: 2e-3 },
      { ...task, 'cpu failed': 'it' },
    ],
  };
  const jaxGpu = { jax: '0.11', backend: 'gpu', tasks: [{ ...task, failed: 'no memory' }] };
  assert.equal(
    headOf({ couture: fast, pytorch, jaxGpu }),
    '| network, batch size | Couture, GPU | Couture, GPU, `--fast` | PyTorch, eager |',
  );
  assert.match(gpuBlocks({ couture: fast, pytorch }).gpu, /\| `baseline`, 64 \| 50 \| 50 \| 2,000 \|/);
});

test('the worst choice of auto is said', () => {
  const choice = { name: 'deeper', batchSize: 64, epochs: 3, reason: undefined, choosing: 1 };
  const choices = [
    { ...choice, chosen: 'cpu', cpu: 1.3, gpu: 1, loss: 0.3 } as const,
    { ...choice, chosen: 'gpu', cpu: 9, gpu: 1, loss: 0 } as const,
  ];
  const text = gpuBlocks({ couture: { ...madeUp.couture, choices } })['gpu-choices'];
  assert.match(text, /\| `deeper`, 64 \| 3 \| 1\.3 \| 1 \| CPU \| 30% \|/);
  assert.match(text, /took 30% longer than the better backend/);
});

test('a contender that is missing in pages is named with its reason', () => {
  const found: GpuPage = {
    ...inPages,
    adapter: { name: 'NVIDIA', software: false },
    missing: [{ who: 'jax-js, WebGPU', reason: 'no loss' }],
    steps: [],
  };
  assert.match(gpuPageText(found), /^Measured on NVIDIA\./);
  assert.match(gpuPageText(found), /Not measured: jax-js, WebGPU \(no loss\)\./);
  assert.match(gpuPageText(found), /\| missing \|/);
});

/**
 * The GPU in a page, in Chromium with SwiftShader in its place: `fit` on it comes to the CPU's losses, and `auto` takes no software
 * for a GPU. Skipped with the reason where Chromium or its adapter is missing.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { findChromium } from '../matrix/runtimes.ts';
import { type ServedPages, servePages } from '../page/server.ts';

const found = await findChromium();
const skip = 'missing' in found ? found.missing : false;
type Steps = typeof import('../page/gpu-steps.ts');
const args = ['--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

let browser: Browser | undefined;
let served: ServedPages | undefined;
let page: Page | undefined;
before(async () => {
  if (!('path' in found)) return;
  browser = await chromium.launch({ executablePath: found.path, args });
  served = await servePages({ isolated: true });
  page = await browser.newPage();
  await page.goto(served.url);
});
after(async () => {
  await browser?.close();
  await served?.close();
});

/** Runs a step in the page. */
async function run<Name extends keyof Steps & string>(
  name: Name,
  ...given: Parameters<Steps[Name]>
): Promise<Awaited<ReturnType<Steps[Name]>>> {
  assert.ok(page);
  return await page.evaluate(
    async ({ name, given }) => {
      // An address of the page, which a type checker must not look up.
      const address: string = '/test/page/gpu-steps.ts';
      const steps = await import(address);
      return await steps[name](...given);
    },
    { name, given },
  );
}

test('a page trains on its GPU, and auto takes no software for one', { skip }, async (t) => {
  const adapter = await run('adapter');
  if (adapter === undefined) return t.skip('Chromium has no WebGPU adapter here');
  assert.equal(adapter.software, true, adapter.name);
  const gpu = await run('trainOn', 'gpu');
  const cpu = await run('trainOn', 'cpu');
  assert.deepEqual([gpu.name, gpu.kind, cpu.name, cpu.kind], ['webgpu', 'gpu', 'wasm', 'cpu']);
  gpu.losses.flat().forEach((loss, i) => {
    const expected = cpu.losses.flat()[i];
    assert.ok(Math.abs(loss - expected) < 1e-3, `${loss} on the GPU, ${expected} on the CPU`);
  });
  const auto = await run('trainOn', 'auto');
  assert.deepEqual([auto.name, auto.losses], ['wasm', cpu.losses]);
  assert.match(auto.notices.join(), /^CPU: the WebGPU adapter .* is software, not a GPU\.$/);
  assert.deepEqual([await run('started', 'auto'), await run('started', 'gpu')], ['wasm', 'webgpu']);
});

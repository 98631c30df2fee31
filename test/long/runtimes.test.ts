/**
 * The determinism matrix: the same short training comes to the same bits in every runtime, for any number of
 * threads, with plain and paired kernels, straight through and resumed. Runtimes come from npm, the browser from the
 * system; one that cannot be had is skipped with its reason, except the Node that this project pins.
 */

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { runInBrowser } from '../matrix/browser.ts';
import type { Case, Kind, Outcome } from '../matrix/job.ts';
import { bun, deno, findChromium, findRuntime, finish, node, nodeOnArm64, root } from '../matrix/runtimes.ts';

/** SHA-256 of the job's weights. They change only when the numerics change, on purpose; CHANGELOG.md then says why. */
const expected: Readonly<Record<Kind, string>> = {
  plain: '01b15b8a720698e0ee4defe88607e04b31a4be26bc684a8fc8c3c17df648ea5e',
  modern: '205ba0436606e56c1f406bed7b566eb4a3dc1e53ad1a01c175b88c9986551870',
  residual: '4b71dcd6750edc279952cd8a1475c13395973710f22417b67e816445b378ca13',
  taught: '2958b90a588f4e220e59100e509510247a312937739be8a96fa613eb7c714cef',
};

const pinned = 24;
const teams: readonly Case[] = [
  { kind: 'plain', threads: 1 },
  { kind: 'plain', threads: 2 },
  { kind: 'plain', threads: 3 },
  { kind: 'plain', threads: 4 },
  { kind: 'plain', threads: 2, resumed: true },
  { kind: 'modern', threads: 1 },
  { kind: 'modern', threads: 3 },
  { kind: 'modern', threads: 2, resumed: true },
  { kind: 'residual', threads: 3 },
  { kind: 'taught', threads: 1 },
  { kind: 'taught', threads: 2, resumed: true },
];
/** An emulated processor is forty times as slow: fewer images, which come to other weights. */
const fewImages: readonly Case[] = [
  { kind: 'plain', threads: 2, images: 1_001 },
  { kind: 'modern', threads: 1, images: 1_001 },
];
const expectedOfFew: Readonly<Partial<Record<Kind, string>>> = {
  plain: '1044a7d82bbe34faebe4fe2a3ac414b97dd66bf47879fa88f64c89bbec8bb3bd',
  modern: 'a68baab914c39ec2391104b2bc611f602c2d0d1aca392a7366b008677b5ccd2c',
};
const withoutPairing = teams.map((wanted) => ({ ...wanted, pairing: false }));

/** Enough for an install over a slow line. */
const timeout = 120_000;

/** The package as JavaScript, compiled as dist/ is, with the job beside it. */
let built = '';

before(async () => {
  await mkdir(join(root, 'build'), { recursive: true });
  built = await mkdtemp(join(root, 'build/matrix-'));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { signal } = new AbortController();
  const args = [tsc, '-p', 'test/matrix/tsconfig.json', '--outDir', built];
  const { code, output } = await finish(process.execPath, args, { cwd: root, signal });
  assert.equal(code, 0, output);
});

after(() => rm(built, { recursive: true, force: true }));

function check(cases: readonly Case[], outcomes: readonly Outcome[]): void {
  const sums = outcomes.map(({ sha256 }, i) => [cases[i], sha256]);
  assert.deepEqual(
    sums,
    cases.map((wanted) => [wanted, (wanted.images === undefined ? expected : expectedOfFew)[wanted.kind]]),
  );
  for (const { accuracy } of outcomes) assert.ok(accuracy > 0.5, `validation accuracy ${accuracy}`);
}

/**
 * Runs cases in one process and returns the backends they ran on. Pairing is switched on for a whole process, so its
 * two settings never share one.
 */
async function runCases(
  command: readonly string[],
  cases: readonly Case[],
  t: TestContext,
): Promise<string[]> {
  const script = join(built, 'test/matrix/process.js');
  const [path, ...args] = [...command, script, JSON.stringify(cases)];
  const { code, stdout, output } = await finish(path, args, { cwd: root, signal: t.signal });
  assert.equal(code, 0, output);
  const outcomes: Outcome[] = JSON.parse(stdout);
  check(cases, outcomes);
  const threads = outcomes.map(({ info }) => info.threads);
  assert.deepEqual(
    threads,
    cases.map((wanted) => wanted.threads),
  );
  const variants = [...new Set(outcomes.map(({ info }) => info.variant))];
  t.diagnostic(`${variants.join(', ')} on ${threads.join(', ')} threads`);
  return variants;
}

for (const runtime of [node(22), node(pinned), node(26), bun, deno]) {
  test(`the same weights on ${runtime.name}`, { timeout }, async (t) => {
    const found = await findRuntime(runtime, t.signal);
    if ('missing' in found) {
      assert.notEqual(runtime.name, node(pinned).name, found.missing);
      return t.skip(found.missing);
    }
    t.diagnostic(found.version);
    const variants = await runCases(found.command, teams, t);
    if (runtime.variant) assert.deepEqual(variants, [runtime.variant]);
    assert.deepEqual(await runCases(found.command, withoutPairing, t), ['simd128']);
  });
}

test('the same weights on another processor: Node for arm64, under QEMU', { timeout }, async (t) => {
  if (platform() !== 'linux' || arch() !== 'x64') return t.skip('arm64 is emulated on Linux for x64 alone');
  const found = await findRuntime(nodeOnArm64, t.signal);
  if ('missing' in found) return t.skip(found.missing);
  t.diagnostic(found.version);
  assert.deepEqual(await runCases(found.command, fewImages, t), [nodeOnArm64.variant]);
  assert.deepEqual(await runCases([process.execPath], fewImages, t), [node(pinned).variant]);
});

test('the same weights from the reference backend', { timeout }, async (t) => {
  const alone = { threads: 1, backend: 'reference' } as const;
  const cases: Case[] = [
    { ...alone, kind: 'plain' },
    { ...alone, kind: 'modern' },
    { ...alone, kind: 'residual' },
    { ...alone, kind: 'taught' },
  ];
  await runCases([process.execPath], cases, t);
});

for (const isolated of [true, false]) {
  const where = isolated ? 'a page that shares memory' : 'a page without shared memory, on one thread';
  test(`the same weights in Chromium, in ${where}`, { timeout }, async (t) => {
    const found = await findChromium();
    if ('missing' in found) return t.skip(found.missing);
    const page = await runInBrowser({
      chromium: found.path,
      built,
      cases: teams,
      isolated,
      signal: t.signal,
    });
    t.diagnostic(page.browser);
    assert.equal(page.crossOriginIsolated, isolated);
    check(teams, page.outcomes);
    assert.deepEqual(
      page.outcomes.map(({ info }) => info.threads),
      teams.map(({ threads }) => (isolated ? threads : 1)),
    );
  });
}

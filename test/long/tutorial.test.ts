/**
 * The pages whose code is one program, such as docs/tutorial.md: it runs from the first cell to the last, and every cell
 * prints what the page shows. Couture gives the same bits everywhere, so figures are compared to the last digit. The PyTorch
 * beside it runs for one epoch of each network; it is skipped with the reason where there is no PyTorch.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDataset } from '../../src/node.ts';
import { type Cell, cellsOf, matches, outputsOf, programOf } from '../docs/cells.ts';
import { guides, pages } from '../docs/pages.ts';
import { makeWorkspace } from '../docs/workspace.ts';

const LIMIT_MS = 9 * 60_000;

const withCells = guides.filter((page) => pages.get(page)?.blocks.some(({ role }) => role === 'cell'));

test('there is a page with cells', () => assert.ok(withCells.includes('docs/tutorial.md')));

for (const page of withCells) {
  const content = pages.get(page)!;
  describe(page, () => {
    test('every cell in TypeScript prints what the page shows', { timeout: LIMIT_MS }, () => {
      const folder = makeWorkspace();
      try {
        const file = join(folder, 'cells.mts');
        const cells = cellsOf(content, 'ts');
        writeFileSync(file, programOf(cells, 'console.log'));
        check(page, cells, run(process.execPath, [file], folder));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    const python = findPython();
    const skip = python === undefined && 'no python3 here has torch and torchvision';
    test('the same in PyTorch, for an epoch', { skip, timeout: LIMIT_MS }, async () => {
      assert.ok(python);
      const folder = mkdtempSync(join(tmpdir(), 'couture-pytorch-'));
      try {
        await writeIdx(join(folder, 'data/FashionMNIST/raw'));
        const cells = cellsOf(content, 'python');
        const program = programOf(cells, 'print').replaceAll(/\bepochs=\d+/g, 'epochs=1');
        check(page, cells, run(python, ['-c', program], folder));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

function run(command: string, args: readonly string[], cwd: string): string {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: { ...env, NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  assert.equal(status, 0, `${stdout}\n${stderr}`);
  return stdout;
}

function check(page: string, cells: readonly Cell[], stdout: string): void {
  const printed = outputsOf(stdout);
  assert.equal(printed.length, cells.length + 1);
  cells.forEach(({ output, line }, i) => {
    if (output === undefined || matches(output, printed[i])) return;
    assert.equal(printed[i], output, `${page}:${line} prints something else`);
  });
}

/** A Python that has PyTorch and torchvision: the one of the path, or the system's. */
function findPython(): string | undefined {
  return ['python3', '/usr/bin/python3'].find(
    (python) => spawnSync(python, ['-c', 'import torch, torchvision']).status === 0,
  );
}

/** Fashion-MNIST where torchvision looks for it, so that it downloads nothing. */
async function writeIdx(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const data = await openDataset('fashion-mnist');
  for (const [split, stem] of [
    ['train', 'train'],
    ['test', 't10k'],
  ] as const) {
    const { images, labels, length } = await data.load(split);
    const { height, width } = data.info.shape;
    const files: [name: string, header: number[], bytes: Uint8Array][] = [
      [`${stem}-images-idx3-ubyte`, [0x803, length, height, width], images],
      [`${stem}-labels-idx1-ubyte`, [0x801, length], Uint8Array.from(labels)],
    ];
    for (const [name, header, bytes] of files) {
      const head = Buffer.alloc(header.length * 4);
      for (const [i, value] of header.entries()) head.writeUInt32BE(value, 4 * i);
      const file = Buffer.concat([head, bytes]);
      writeFileSync(join(folder, name), file);
      writeFileSync(join(folder, `${name}.gz`), gzipSync(file, { level: 1 }));
    }
  }
}

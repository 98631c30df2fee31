/**
 * The pages whose code is one program, such as docs/tutorial.md: it runs from the first cell to the last, and every cell
 * prints what the page shows. Couture gives the same bits everywhere, so figures are compared to the last digit. The PyTorch
 * beside it runs for one epoch of each network; it is skipped with the reason where there is no PyTorch.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openDataset } from '../../src/node.ts';
import { type Cell, cellsOf, matches, outputsOf, programOf } from '../docs/cells.ts';
import { guides, pages } from '../docs/pages.ts';
import { makeWorkspace } from '../docs/workspace.ts';

const LIMIT_MS = 9 * 60_000;

/** A cell and its page. */
interface PlacedCell extends Cell {
  readonly page: string;
}

const withCells = guides.filter((page) => pages.get(page)?.blocks.some(({ role }) => role === 'cell'));
const programs = withCells
  .filter((page) => pages.get(page)?.continues === undefined)
  .map((page) => [page, ...continuations(page)]);

test('every page with cells belongs to a program', () => {
  assert.ok(withCells.includes('docs/tutorial.md'));
  assert.deepEqual(programs.flat().sort(), withCells.sort());
});

/** The pages that continue the program of a page, in order. */
function continuations(page: string): string[] {
  const next = withCells.find((other) => {
    const { continues } = pages.get(other)!;
    return continues !== undefined && posix.join(posix.dirname(other), continues) === page;
  });
  return next === undefined ? [] : [next, ...continuations(next)];
}

function cellsOfAll(program: readonly string[], language: string): PlacedCell[] {
  return program.flatMap((page) => cellsOf(pages.get(page)!, language).map((cell) => ({ ...cell, page })));
}

for (const program of programs) {
  describe(program.join(', '), () => {
    test('every cell in TypeScript prints what the page shows', { timeout: LIMIT_MS }, () => {
      const folder = makeWorkspace();
      try {
        const file = join(folder, 'cells.mts');
        const cells = cellsOfAll(program, 'ts');
        writeFileSync(file, programOf(cells, 'console.log'));
        check(cells, run(process.execPath, [file], folder));
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
        const cells = cellsOfAll(program, 'python');
        const text = programOf(cells, 'print').replaceAll(/\bepochs=\d+/g, 'epochs=1');
        check(cells, run(python, ['-c', text], folder));
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

function check(cells: readonly PlacedCell[], stdout: string): void {
  const printed = outputsOf(stdout);
  assert.equal(printed.length, cells.length + 1);
  cells.forEach(({ output, line, page }, i) => {
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

/** The generated blocks of docs/gpu.md. */

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceBlock } from '../../src/cli/measured-table.ts';
import { wrapped } from '../report/markdown.ts';
import { root } from '../starts.ts';

export const gpuPage = join(root, 'docs/gpu.md');
const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');

/** The page with one of its blocks replaced, as the project's formatter leaves it. */
export function withBlock(page: string, block: string, markdown: string): string {
  const replaced = replaceBlock(page, block, `\n${wrapped(markdown)}\n`, 'docs/gpu.md');
  const { stdout, stderr } = spawnSync(process.execPath, [biome, 'format', '--stdin-file-path=docs/gpu.md'], {
    cwd: root,
    input: replaced,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`docs/gpu.md could not be formatted: ${stderr}`);
  return stdout;
}

/** Replaces a block of docs/gpu.md. */
export function writeBlock(block: string, markdown: string): void {
  writeFileSync(gpuPage, withBlock(readFileSync(gpuPage, 'utf8'), block, markdown));
}

/**
 * The documentation, held to what it says: every shell command and code block in README.md and docs/ is run. All blocks
 * run in order in one folder that looks like the checkout, so that a later one may use what an earlier one has made;
 * README.md comes first. Cells are for tutorial.test.ts. `<!-- no-test: reason -->` right before a block leaves it out: meant for what other tests cover, and for
 * long trainings.
 */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { CodeBlock } from '../docs/markdown.ts';
import { guides, pages, root } from '../docs/pages.ts';
import { makeWorkspace } from '../docs/workspace.ts';

const BLOCK_SECONDS = 240;

const shells = new Set(['sh', 'bash', 'shell']);
const scripts: Readonly<Record<string, string>> = {
  js: 'mjs',
  javascript: 'mjs',
  ts: 'mts',
  typescript: 'mts',
};

describe('the commands and code of the documentation', () => {
  let folder: string;
  before(() => {
    folder = makeWorkspace();
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const page of guides) {
    for (const block of pages.get(page)!.blocks) {
      if (block.role === 'cell') continue;
      const extension = scripts[block.language];
      if (!shells.has(block.language) && extension === undefined) continue;
      const title = `${page}:${block.line} ${firstLine(block)}`;
      test(title, { skip: block.skipped ?? false }, () => {
        if (extension === undefined) runIn(folder, 'bash', ['-euo', 'pipefail', '-c', block.code], title);
        else runScript(folder, block, extension, title);
      });
    }
  }
});

function runScript(folder: string, block: CodeBlock, extension: string, title: string): void {
  const file = join(folder, `block-${block.line}.${extension}`);
  writeFileSync(file, block.code);
  runIn(folder, process.execPath, [file], title);
  rmSync(file);
}

function runIn(cwd: string, command: string, args: readonly string[], title: string): void {
  // node:test marks its children: a test runner started by a block must not take itself for one of them.
  const { PATH = '', NODE_TEST_CONTEXT: _, ...rest } = process.env;
  const env = { ...rest, PATH: join(root, 'node_modules/.bin') + delimiter + PATH, NO_COLOR: '1' };
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: 'utf8',
    input: '',
    timeout: BLOCK_SECONDS * 1000,
  });
  assert.equal(status, 0, `${title}\nended with ${signal ?? status}\n${stdout}\n${stderr}`);
}

function firstLine({ code }: CodeBlock): string {
  return code.split('\n').find((line) => line.trim() !== '') ?? '';
}

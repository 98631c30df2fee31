/** Tables put into Markdown files. */

import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { CoutureError } from '../core/errors.ts';
import type { CliContext } from './context.ts';
import { replaceBlock } from './measured-table.ts';

/** What the options of `addTableOptions` give. */
export interface TableFlags {
  readonly write?: string;
  readonly block?: string;
}

/** Adds `--write` and `--block`. */
export function addTableOptions(command: Command, standard: string): Command {
  return command
    .option(
      '--write <file>',
      `put the table into this Markdown file, between its marks <!-- table:${standard} --> and <!-- /table:${standard} -->`,
    )
    .option(
      '--block <name>',
      `the name in these marks, where a file has several such tables (default: ${standard})`,
    );
}

/**
 * Makes sure that a file has a place for the table: found before the work, and not hours later.
 * @throws CoutureError of kind `usage` where it has none
 */
export async function requireBlock(path: string, block: string): Promise<void> {
  replaceBlock(await readDocument(path), block, '', path);
}

/** Puts a table between the marks of a file, which is read again: it may have changed meanwhile. */
export async function writeTable(
  path: string,
  block: string,
  table: string,
  context: Pick<CliContext, 'err'>,
): Promise<void> {
  const { writeFileAtomic } = await import('../platform/node/files.ts');
  await writeFileAtomic(path, replaceBlock(await readDocument(path), block, `\n${table}\n`, path));
  context.err(`The table is in ${path}`);
}

async function readDocument(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new CoutureError('usage', `--write ${path}: there is no such file that can be read.`, { cause });
  });
}

/** Writes tables into Markdown files. */

import type { Command } from 'commander';
import { CoutureError } from '../core/errors.ts';
import { inQuotes } from '../core/printable.ts';
import { decodeExactly } from '../core/text.ts';
import type { CliContext } from './context.ts';
import { replaceBlock } from './measured-table.ts';

const MAX_DOCUMENT_BYTES = 64 * 2 ** 20;

/** Values of the options of `addTableOptions`. */
export interface TableFlags {
  readonly write?: string;
  readonly block?: string;
}

/** Adds `--write` and `--block`. */
export function addTableOptions(command: Command, standard: string): Command {
  return command
    .option(
      '--write <file>',
      `write the table into this Markdown file, between the lines <!-- table:${standard} --> and <!-- /table:${standard} -->`,
    )
    .option(
      '--block <name>',
      `the name in these lines, for a file with several tables (default: ${standard})`,
    );
}

/** The place of a table: between the marks of that name in that file. */
export interface TablePlace {
  readonly path: string;
  readonly block: string;
}

/**
 * The place of the table from the flags, if any. A file without a place for it is an error now, not after
 * hours of work.
 * @param standard default name in the marks
 * @throws CoutureError of kind `usage` when there is no such place, or a name but no file
 */
export async function findTablePlace(
  { write: path, block }: TableFlags,
  standard: string,
): Promise<TablePlace | undefined> {
  if (block !== undefined && !/^[a-z0-9-]{1,80}$/i.test(block)) {
    throw new CoutureError(
      'usage',
      `--block must be a name of letters, digits and hyphens, not ${inQuotes(block)}.`,
    );
  }
  if (path === undefined) {
    if (block === undefined) return undefined;
    throw new CoutureError('usage', `--block ${block} needs --write, which names the file.`, {
      hint: 'Add --write FILE, or leave out --block.',
    });
  }
  const place = { path, block: block ?? standard };
  replaceBlock(await readDocument(path), place.block, '', path);
  return place;
}

/** Writes a table into its place in a file, which is read again, because it may have changed. */
export async function writeTable(
  { path, block }: TablePlace,
  table: string,
  context: Pick<CliContext, 'err'>,
): Promise<void> {
  const { writeFileAtomic } = await import('../platform/node/files/write.ts');
  await writeFileAtomic(path, replaceBlock(await readDocument(path), block, `\n${table}\n`, path));
  context.err(`The table is in ${path}`);
}

async function readDocument(path: string): Promise<string> {
  const { readLimited } = await import('../platform/node/files/read.ts');
  const bytes = await readLimited(path, MAX_DOCUMENT_BYTES);
  if (bytes !== undefined) return decodeExactly(bytes, `--write ${path}`, 'usage');
  throw new CoutureError('usage', `--write ${path}: there is no such file.`);
}

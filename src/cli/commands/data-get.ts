/** `couture data get|check`: the files of the known sets, fetched and verified. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { DatasetEntry } from '../../data/registry.ts';
import {
  cacheDirectory,
  type DataFileInfo,
  ensureData,
  inspectData,
  resolveDataset,
} from '../../platform/node/data/store.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption } from '../options.ts';
import { dataView, fileStateLine } from '../ui/data.ts';
import { printJson } from '../ui/json.ts';

interface GetFlags {
  readonly from?: string;
  readonly json?: true;
}

/** Adds `get` and `check` to the verb `data`. */
export function registerDataGet(data: Command, context: CliContext): void {
  addJsonOption(
    data
      .command('get')
      .description('get a known data set into the cache')
      .argument('[name]', 'the set', 'fashion-mnist')
      .option('--from <dir>', 'take the files from this folder only, plain or .gz'),
  ).action(async (name: string, flags: GetFlags) => await get(name, flags, context));
  addJsonOption(
    data
      .command('check')
      .description('verify the cached files of a known data set, without downloading')
      .argument('[name]', 'the set', 'fashion-mnist'),
  ).action(async (name: string, flags: GetFlags) => await check(name, flags, context));
}

async function get(name: string, { from, json }: GetFlags, context: CliContext): Promise<void> {
  const entry = resolveDataset(name);
  const { onData, end } = dataView(context);
  const { env, signal } = context;
  const files = await ensureData(entry, { from, env, signal, refresh: true, onProgress: onData }).finally(
    end,
  );
  if (json) {
    printJson(context, 'data get', { name, cache: cacheDirectory(env), files });
    return;
  }
  context.out(`${entry.title} (${name}) is in ${cacheDirectory(env)}`);
  for (const file of files) context.out(fileLine(file));
  warnUnproven(entry, files, context);
}

function fileLine({ role, bytes, sha256 }: DataFileInfo): string {
  return `  ${role.padEnd(13)} ${bytes.toLocaleString('en').padStart(11)} bytes  sha256 ${sha256}`;
}

function warnUnproven(entry: DatasetEntry, files: readonly DataFileInfo[], context: CliContext): void {
  if (files.some(({ proof }) => proof === 'shape'))
    context.err(
      `There are no known checksums for the files of ${entry.name}: only shapes and labels were checked.`,
    );
}

async function check(name: string, { json }: GetFlags, context: CliContext): Promise<void> {
  const entry = resolveDataset(name);
  const files = await inspectData(entry, { env: context.env });
  const bad = files.filter(({ state }) => state !== 'ok');
  if (json) printJson(context, 'data check', { name, ok: bad.length === 0, files });
  else for (const file of files) context.out(fileStateLine(file));
  if (bad.length > 0) {
    throw new CoutureError(
      'data',
      `${name}: ${bad.length} of ${files.length} files are missing or damaged.`,
      { hint: `Run: couture data get ${name}${entry.mirrors.length === 0 ? ' --from DIR' : ''}` },
    );
  }
  warnUnproven(
    entry,
    files.filter((file) => file.state === 'ok'),
    context,
  );
}

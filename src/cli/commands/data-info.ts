/** `couture data list|info`: lists the data sets, and describes one. */

import type { Command } from 'commander';
import { printable } from '../../core/printable.ts';
import type { DatasetInfo } from '../../data/dataset-info.ts';
import { describeShape } from '../../data/image-shape.ts';
import type { ImportReport } from '../../data/import/report.ts';
import { type DatasetEntry, findDataset, registry } from '../../data/registry.ts';
import { cacheDirectory, inspectData } from '../../platform/node/data/store.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption } from '../options.ts';
import { fileStateLine } from '../ui/data.ts';
import { count } from '../ui/format.ts';
import { openWatched } from '../ui/import.ts';
import { printJson } from '../ui/json.ts';
import { table, titledTable } from '../ui/table.ts';

interface InfoFlags {
  readonly json?: true;
}

/** Adds `list` and `info` to the verb `data`. */
export function registerDataInfo(data: Command, context: CliContext): void {
  addJsonOption(data.command('list').description('the known data sets and the imported ones')).action(
    async (flags: InfoFlags) => await list(flags, context),
  );
  addJsonOption(
    data
      .command('info')
      .description('describe a data set: images, classes, preparation, skipped files')
      .argument('[set]', 'a name, or your own folder, archive or file; all known names if left out'),
  ).action(async (source: string | undefined, flags: InfoFlags) =>
    source === undefined ? await list(flags, context) : await info(source, flags, context),
  );
}

async function list({ json }: InfoFlags, context: CliContext): Promise<void> {
  const sets = registry.map(({ name, title, classNames, counts, checked }) => ({
    ...{ name, title, classes: classNames.length, train: counts.train, test: counts.test, checked },
  }));
  const imported = await importedSets(context);
  if (json) {
    printJson(context, 'data list', { sets, imported });
    return;
  }
  const align = ['left', 'right', 'right', 'right'] as const;
  const rows = sets.map(({ name, classes, train, test }) => [name, classes, count(train), count(test)]);
  const titles = sets.map(({ title, checked }) => (checked ? title : `${title}*`));
  context.out(titledTable(['known', 'classes', 'train', 'test'], rows, titles, align));
  context.out('* Its checksums were never tested on a file.');
  if (imported.length === 0) return;
  const own = imported.map(({ name, classNames, splits, shape }) => [
    ...[
      printable(name),
      classNames.length,
      count(splits.train?.length ?? 0),
      count(splits.test?.length ?? 0),
    ],
    describeShape(shape),
  ]);
  context.out(`\n${table(['imported', 'classes', 'train', 'test', ''], own, align)}`);
}

async function importedSets({ env }: CliContext): Promise<DatasetInfo[]> {
  const { ImportCache } = await import('../../platform/node/data/import-cache.ts');
  const cache = new ImportCache(cacheDirectory(env));
  const sets: DatasetInfo[] = [];
  for (const { name, digest } of await cache.names()) {
    // A set with missing or damaged files is not listed; importing it again repairs it.
    const found = await cache.describe(digest).catch(() => undefined);
    if (found !== undefined) sets.push({ ...found.info, name });
  }
  return sets;
}

async function info(source: string, { json }: InfoFlags, context: CliContext): Promise<void> {
  const entry = findDataset(source);
  if (entry !== undefined) {
    await entryInfo(entry, json, context);
    return;
  }
  const { info, report } = await openWatched(source, context);
  if (report === undefined) return;
  if (json) printJson(context, 'data info', { ...info, report });
  else context.out(importedText(info, report));
}

async function entryInfo(entry: DatasetEntry, json: true | undefined, context: CliContext): Promise<void> {
  const files = await inspectData(entry, { env: context.env });
  if (json) {
    printJson(context, 'data info', { ...entry, present: files });
    return;
  }
  const { name, title, homepage, counts, height, width, classNames, note } = entry;
  context.out(`${name}: ${title}`);
  context.out(`home      ${homepage}`);
  context.out(`images    ${count(counts.train)} train, ${count(counts.test)} test, ${height}x${width} gray`);
  context.out(`classes   ${classNames.join(', ')}`);
  if (note) context.out(`note      ${note}`);
  context.out(`cache     ${cacheDirectory(context.env)}`);
  for (const file of files) context.out(`  ${fileStateLine(file)}`);
}

/** Rows of the table of classes; the rest is in the JSON. */
const MOST_CLASSES = 50;

function importedText({ name, shape, origin, preprocessing }: DatasetInfo, report: ImportReport): string {
  const { classes, notices, passedOver, passedOverCount } = report;
  const total = (split: 'train' | 'test') => classes.reduce((sum, row) => sum + row[split], 0);
  const { invert, trim } = preprocessing.picture;
  const prepared = [
    trim ? 'cropped to the object' : 'whole',
    invert === 'no' ? 'light and dark unchanged' : `light and dark swapped: ${invert}`,
  ];
  const rows = classes
    .slice(0, MOST_CLASSES)
    .map(({ name: className, train, test }) => [printable(className), count(train), count(test)]);
  const lines = [
    `${printable(name)}: imported${origin.kind === 'import' ? ` from ${origin.format}` : ''}`,
    `images    ${count(total('train'))} train, ${count(total('test'))} test, ${describeShape(shape)}`,
    `pictures  ${prepared.join(', ')}`,
    '',
    table([`${classes.length} classes`, 'train', 'test'], rows, ['left', 'right', 'right']),
    ...(classes.length > MOST_CLASSES ? [`and ${classes.length - MOST_CLASSES} more (--json has all)`] : []),
    '',
    ...notices.map(printable),
  ];
  if (passedOverCount > 0) {
    const shown = passedOver.length < passedOverCount ? `, the first ${count(passedOver.length)}` : '';
    lines.push('', `skipped: ${count(passedOverCount)}${shown}`);
    for (const { path, reason } of passedOver) lines.push(`  ${printable(path)}: ${printable(reason)}`);
  }
  return lines.join('\n');
}

/** `couture export`: a model in the format of another program. The table of formats gives the help. */

import type { Command } from 'commander';
import { quoted } from '../../core/format.ts';
import { type ExportFormatName, exportFormatNames, exportFormats } from '../../ship/exports/table.ts';
import type { CliContext } from '../context.ts';
import { chooseModel, MODEL_HELP } from '../model-argument.ts';
import { addJsonOption, anyOf, needed, oneOf } from '../options.ts';
import { bytes as formatBytes } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { lateProgress } from '../ui/progress.ts';

interface ExportFlags {
  readonly to?: ExportFormatName;
  readonly out?: string;
  readonly overwrite?: true;
  readonly json?: true;
}

const widest = Math.max(...exportFormatNames.map((name) => name.length));

const help = `
Formats:
${exportFormats.map(({ name, summary }) => `  ${name.padEnd(widest)}  ${summary}`).join('\n')}

Examples:
${exportFormats.map(({ name, out }) => `  couture export baseline-seed1 --to ${name} --out ${out === 'folder' ? `clothes-${name}` : `clothes${out}`}`).join('\n')}`;

/** Adds the command to the program. */
export function registerExport(program: Command, context: CliContext): void {
  const command = program
    .command('export')
    .description('Write a model in the format of another program.')
    .argument('<model>', MODEL_HELP)
    .option('--to <format>', exportFormatNames.join(', '), oneOf('--to', exportFormatNames))
    .option('--out <path>', 'the folder or file to write, as the format says')
    .option('--overwrite', 'replace files of the folder that have other contents');
  addJsonOption(command)
    .addHelpText('after', help)
    .action(async (model: string, flags: ExportFlags) => await runExport(model, flags, context));
}

async function runExport(
  argument: string,
  { json, ...flags }: ExportFlags,
  context: CliContext,
): Promise<void> {
  const to = needed('--to', flags.to, `Give the format: ${anyOf(exportFormatNames)}.`);
  const file = exportFormats.find(({ name }) => name === to)?.out;
  const out = needed(
    '--out',
    flags.out,
    file === 'folder' || file === undefined
      ? `Give the folder to write: couture export ${quoted(argument)} --to ${to} --out model-${to}`
      : `Give the file to write: couture export ${quoted(argument)} --to ${to} --out model${file}`,
  );
  const { exportModel } = await import('../../platform/node/runs.ts');
  const progress = lateProgress(context);
  const { signal, env } = context;
  const written = await exportModel(await chooseModel(argument, undefined, context), {
    ...{ to, out, overwrite: flags.overwrite, signal, env },
    onProgress: (share) => progress.update('measuring on test images', share),
  }).finally(() => progress.end());
  if (json) {
    printJson(context, 'export', { ...written });
    return;
  }
  for (const { path, bytes } of written.files) context.out(`${path}  ${formatBytes(bytes)}`);
  for (const digest of written.weightsSha256) context.out(`weights, SHA-256 ${digest}`);
  for (const note of written.notes) context.out(note);
}

/** `couture report`: one HTML file about a run, about several side by side, or about a study. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { WrittenReport } from '../../runs/report.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, addUmapOption, type EngineFlags } from '../options.ts';
import { bytes as formatBytes } from '../ui/format.ts';
import { inspectView } from '../ui/inspecting.ts';
import { printJson } from '../ui/json.ts';

interface ReportFlags extends EngineFlags {
  readonly out?: string;
  readonly study?: string;
  readonly umap: boolean;
  readonly json?: true;
}

const help = `
The report is one file that needs no network: open it, print it, share it.

Examples:
  couture report baseline-seed1
  couture report baseline-seed1 deeper-seed1 --out both.html
  couture report --study widths`;

/** Adds the command to the program. */
export function registerReport(program: Command, context: CliContext): void {
  const command = program
    .command('report')
    .description(
      'Write one HTML file with all figures of a run, of several runs of the same data side by side, or of a study.',
    )
    .argument('[run...]', 'paths of runs, or their names under runs/train')
    .option('--study <name>', 'a study of couture tune, instead of runs')
    .option(
      '--out <file>',
      'the file to write (default: report.html in the folder of the first run, or of the study)',
    );
  addJsonOption(addEngineOptions(addUmapOption(command)))
    .addHelpText('after', help)
    .action(async (runs: string[], flags: ReportFlags) => await runReport(runs, flags, context));
}

async function runReport(runs: readonly string[], flags: ReportFlags, context: CliContext): Promise<void> {
  const { out, study, umap, backend, threads } = flags;
  if ((study === undefined) === (runs.length === 0))
    throw new CoutureError(
      'usage',
      runs.length === 0
        ? 'couture report needs a run, or --study NAME.'
        : 'couture report writes the report of runs or of a study, not of both.',
      { hint: '`couture runs list` lists the runs, and `couture tune list` the studies.' },
    );
  if (study !== undefined) {
    const { reportStudy } = await import('../../platform/node/tune/report.ts');
    await tellReport(await reportStudy(study, context.env, out), { study }, flags, context);
    return;
  }
  // Reports a missing run before it loads the drawing code.
  const { openFinishedRuns } = await import('../../platform/node/runs.ts');
  const finished = await openFinishedRuns(runs);
  const { reportRuns } = await import('../../platform/node/reports.ts');
  const { end, ...watched } = inspectView(context, runs.length);
  try {
    const written = await reportRuns(
      finished.map(({ run }) => run),
      { out, backend, threads, show: { umap }, ...watched },
    );
    end();
    await tellReport(written, { runs: finished.map(({ run }) => run.path) }, flags, context);
  } finally {
    end();
  }
}

async function tellReport(
  { path, bytes }: WrittenReport,
  of: Readonly<Record<string, unknown>>,
  { json }: ReportFlags,
  context: CliContext,
): Promise<void> {
  if (json) {
    printJson(context, 'report', { ...of, path, bytes });
    return;
  }
  const { isStandardOutput } = await import('../../platform/node/files/write.ts');
  // On standard output, there must be nothing but the report.
  const tell = isStandardOutput(path) ? context.err : context.out;
  tell(`Report: ${path}  (${formatBytes(bytes)}; open it in a browser)`);
}

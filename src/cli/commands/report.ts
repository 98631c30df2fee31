/** `couture report`: one HTML file about a run, or about several side by side. */

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, addUmapOption, type EngineFlags } from '../options.ts';
import { bytes as formatBytes } from '../ui/format.ts';
import { inspectView } from '../ui/inspecting.ts';
import { printJson } from '../ui/json.ts';

interface ReportFlags extends EngineFlags {
  readonly out?: string;
  readonly umap: boolean;
  readonly json?: true;
}

const help = `
The report is one file that needs no network: open it, print it, share it.

Examples:
  couture report baseline-seed1
  couture report baseline-seed1 deeper-seed1 --out both.html`;

/** Adds the command to the program. */
export function registerReport(program: Command, context: CliContext): void {
  const command = program
    .command('report')
    .description(
      'Write one HTML file with all figures of a run, or of several runs of the same data side by side.',
    )
    .argument('<run...>', 'paths of runs, or their names under runs/train')
    .option('--out <file>', 'the file to write (default: report.html in the folder of the first run)');
  addJsonOption(addEngineOptions(addUmapOption(command)))
    .addHelpText('after', help)
    .action(async (runs: string[], flags: ReportFlags) => await runReport(runs, flags, context));
}

async function runReport(runs: readonly string[], flags: ReportFlags, context: CliContext): Promise<void> {
  const { out, umap, backend, threads } = flags;
  // Reports a missing run before it loads the drawing code.
  const { openFinishedRuns } = await import('../../platform/node/runs.ts');
  const finished = await openFinishedRuns(runs);
  const { reportRuns } = await import('../../platform/node/reports.ts');
  const { isStandardOutput } = await import('../../platform/node/files/write.ts');
  const { end, ...watched } = inspectView(context, runs.length);
  try {
    const { path, bytes } = await reportRuns(
      finished.map(({ run }) => run),
      { out, backend, threads, show: { umap }, ...watched },
    );
    end();
    if (flags.json) printJson(context, 'report', { runs: finished.map(({ run }) => run.path), path, bytes });
    else {
      // On standard output, there must be nothing but the report.
      const tell = isStandardOutput(path) ? context.err : context.out;
      tell(`Report: ${path}  (${formatBytes(bytes)}; open it in a browser)`);
    }
  } finally {
    end();
  }
}

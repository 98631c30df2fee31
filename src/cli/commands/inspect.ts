/** `couture inspect`: classes, mistakes, confidence and dead units of a run, on the terminal. */

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags } from '../options.ts';
import { inspectView } from '../ui/inspecting.ts';
import { inspectionJson, inspectionText } from '../ui/inspection.ts';
import { printJson } from '../ui/json.ts';

interface InspectFlags extends EngineFlags {
  readonly json?: true;
}

const help = `
The report shows more, with figures: couture report RUN

Examples:
  couture inspect baseline-seed1
  couture inspect runs/train/baseline-seed1 --json`;

/** Options for the terminal: no maps, no explained images. */
const show = { umap: false, mapPoints: 10, explained: 0, examples: 0, imagesPerCell: 0 } as const;

/** Adds the command to the program. */
export function registerInspect(program: Command, context: CliContext): void {
  const command = program
    .command('inspect')
    .description(
      'Show classes with intervals, confused pairs, calibration, dead units and the most confident mistakes of a run.',
    )
    .argument('<run>', 'path of a run, or its name under runs/train');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (run: string, flags: InspectFlags) => await runInspect(run, flags, context));
}

async function runInspect(path: string, flags: InspectFlags, context: CliContext): Promise<void> {
  const { backend, threads } = flags;
  const { openFinishedRuns } = await import('../../platform/node/runs.ts');
  const [{ run }] = await openFinishedRuns([path]);
  const { inspectRun } = await import('../../platform/node/runs.ts');
  const { end, ...watched } = inspectView(context, 1);
  try {
    const inspection = await inspectRun(run, { backend, threads, show, ...watched });
    end();
    if (flags.json) printJson(context, 'inspect', { run: run.path, ...inspectionJson(inspection) });
    else context.out(inspectionText(inspection, context));
  } finally {
    end();
  }
}

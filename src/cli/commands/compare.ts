/**
 * `couture compare`: runs side by side, their different settings and whether the results differ by more than
 * chance.
 */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { RunComparison } from '../../runs/compare.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, type ImageFile, imageFile } from '../options.ts';
import { comparisonJson, comparisonText } from '../ui/comparison.ts';
import { dataView } from '../ui/data.ts';
import { printJson } from '../ui/json.ts';

interface CompareFlags extends EngineFlags {
  readonly out?: ImageFile;
  readonly json?: true;
}

const help = `
The other runs are compared with the first one, on the same test images, by
McNemar's exact test.

Examples:
  couture compare baseline-seed1 deeper-seed1
  couture compare baseline-seed1 deeper-seed1 --out curves.svg`;

/** Adds the command to the program. */
export function registerCompare(program: Command, context: CliContext): void {
  const command = program
    .command('compare')
    .description(
      'Show the settings, best epochs and accuracies in which runs differ, and the significance of the difference.',
    )
    .argument('<run...>', 'at least two runs: paths, or names under runs/train')
    .option(
      '--out <file>',
      'also draw their curves into one plot: a file that ends in .svg or .png',
      imageFile('--out'),
    );
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (paths: string[], flags: CompareFlags) => await runCompare(paths, flags, context));
}

async function runCompare(paths: readonly string[], flags: CompareFlags, context: CliContext): Promise<void> {
  const { out, backend, threads } = flags;
  if (paths.length < 2) {
    throw new CoutureError('usage', 'Give at least two runs to compare.', {
      hint: 'For example: couture compare baseline-seed1 deeper-seed1',
    });
  }
  const { checkOutput, compareRuns } = await import('../../platform/node/runs.ts');
  if (out !== undefined) await checkOutput(out.path);
  const { onData, end } = dataView(context);
  let progress: ReturnType<CliContext['progress']> | undefined;
  const { signal, env } = context;
  let comparison: RunComparison;
  try {
    comparison = await compareRuns(paths, {
      backend,
      threads,
      signal,
      env,
      onData,
      onRun: (done) => {
        progress ??= context.progress(paths.length, 'comparing');
        progress.update(done, `${done} of ${paths.length} runs`);
      },
    });
  } finally {
    end();
    progress?.done();
  }
  if (out !== undefined) await drawInto(out, comparison);
  if (flags.json)
    printJson(context, 'compare', { ...comparisonJson(comparison), ...(out && { figure: out.path }) });
  else {
    context.out(comparisonText(comparison, context));
    if (out !== undefined) context.out(`\nCurves: ${out.path}`);
  }
}

async function drawInto({ path, format }: ImageFile, { runs }: RunComparison): Promise<void> {
  const { drawCurves } = await import('../../figures/curves.ts');
  const { describeTraining } = await import('../../inspect/training.ts');
  const { nodeDocument, themeOf, writeFigure } = await import('../../platform/node/images/figures.ts');
  const histories = await Promise.all(
    runs.map(async ({ run }) => describeTraining(run.name, await run.history(), run.config.settings.select)),
  );
  const theme = themeOf(format);
  await writeFigure(path, drawCurves(histories, { document: nodeDocument(), theme, width: 900 }), format);
}

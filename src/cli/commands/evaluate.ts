/** `couture evaluate`: the figures of a run on the test or validation images. */

import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import {
  addEngineOptions,
  addFromOption,
  addJsonOption,
  addWeightsOption,
  type EngineFlags,
  oneOf,
} from '../options.ts';
import { dataView } from '../ui/data.ts';
import { printJson } from '../ui/json.ts';
import { evaluationReport } from '../ui/report.ts';

interface EvaluateFlags extends EngineFlags {
  readonly split: 'test' | 'val';
  readonly weights: 'best' | 'last';
  readonly from?: string;
  readonly json?: true;
}

const help = `
Examples:
  couture evaluate baseline-seed1
  couture evaluate runs/train/baseline-seed1 --split val --json`;

/** Adds the command to the program. */
export function registerEvaluate(program: Command, context: CliContext): void {
  const command = program
    .command('evaluate')
    .description('Accuracy with its 95% interval, loss, per-class figures and confusion matrix of a run.')
    .argument('<run>', 'path of a run, or its name under runs/train')
    .option(
      '--split <split>',
      'test, or val for the held-out images',
      oneOf('--split', ['test', 'val']),
      'test',
    );
  addJsonOption(addEngineOptions(addFromOption(addWeightsOption(command))))
    .addHelpText('after', help)
    .action(async (path: string, flags: EvaluateFlags) => await runEvaluate(path, flags, context));
}

async function runEvaluate(path: string, flags: EvaluateFlags, context: CliContext): Promise<void> {
  const { split, weights, from, backend, threads } = flags;
  const { openRun } = await import('../../platform/node/run-folder.ts');
  const run = await openRun(path);
  const { evaluateRun } = await import('../../platform/node/evaluate-run.ts');
  const { onData, end } = dataView(context);
  const { signal, env } = context;
  try {
    const evaluation = await evaluateRun(run, split, {
      weights,
      from,
      backend,
      threads,
      signal,
      env,
      onData,
    });
    end();
    if (flags.json) printJson(context, 'evaluate', { run: run.path, ...evaluation });
    else context.out(evaluationReport(evaluation, run.path, context));
  } finally {
    end();
  }
}

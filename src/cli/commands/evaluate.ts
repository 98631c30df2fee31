/** `couture evaluate`: the figures of a run or a model file on the test or validation images. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { CliContext } from '../context.ts';
import { addRecipeOption, chooseModel, MODEL_HELP } from '../model-argument.ts';
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
import { lateProgress } from '../ui/progress.ts';
import { evaluationReport } from '../ui/report.ts';

interface EvaluateFlags extends EngineFlags {
  readonly split: 'test' | 'val';
  readonly weights: 'best' | 'last';
  readonly recipe?: string;
  readonly from?: string;
  readonly json?: true;
}

const help = `
Examples:
  couture evaluate baseline-seed1
  couture evaluate runs/train/baseline-seed1 --split val --json
  couture evaluate clothes.safetensors`;

/** Adds the command to the program. */
export function registerEvaluate(program: Command, context: CliContext): void {
  const command = program
    .command('evaluate')
    .description('Accuracy with its 95% interval, loss, per-class figures and confusion matrix of a model.')
    .argument('[model]', MODEL_HELP)
    .option(
      '--split <split>',
      'test, or val for the held-out images',
      oneOf('--split', ['test', 'val']),
      'test',
    );
  addRecipeOption(command);
  addJsonOption(addEngineOptions(addFromOption(addWeightsOption(command))))
    .addHelpText('after', help)
    .action(
      async (model: string | undefined, flags: EvaluateFlags) => await runEvaluate(model, flags, context),
    );
}

async function runEvaluate(
  argument: string | undefined,
  flags: EvaluateFlags,
  context: CliContext,
): Promise<void> {
  const { split, weights, recipe, from, backend, threads } = flags;
  if (argument !== undefined && recipe !== undefined)
    throw new CoutureError('usage', `Give a model or --recipe, not both: leave out "${argument}".`);
  const found = await chooseModel(argument, recipe, context);
  const { evaluateModel } = await import('../../platform/node/runs.ts');
  const { onData, end } = dataView(context);
  const progress = lateProgress(context);
  const { signal, env } = context;
  try {
    const evaluation = await evaluateModel(found, split, {
      weights,
      from,
      backend,
      threads,
      signal,
      env,
      onData,
      onProgress: (share) => progress.update('evaluating', share),
    });
    end();
    progress.end();
    const { path, kind } = found;
    const subject = kind === 'run' ? `${path}, ${weights} weights` : path;
    if (flags.json)
      printJson(context, 'evaluate', {
        ...(kind === 'run' ? { run: path, weights } : { model: path }),
        ...evaluation,
      });
    else context.out(evaluationReport(evaluation, subject, context));
  } finally {
    end();
    progress.end();
  }
}

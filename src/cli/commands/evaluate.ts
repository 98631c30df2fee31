/** `couture evaluate`: the figures of a run or a model file on the test or validation images. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { joinSplits } from '../../data/relabel.ts';
import type { FoundModel } from '../../runs/find-model.ts';
import type { CliContext } from '../context.ts';
import { addRecipeOption, chooseModel, MODEL_HELP } from '../model-argument.ts';
import { addEngineOptions, addJsonOption, addWeightsOption, type EngineFlags, oneOf } from '../options.ts';
import { dataView } from '../ui/data.ts';
import { openWatched } from '../ui/import.ts';
import { printJson } from '../ui/json.ts';
import { lateProgress } from '../ui/progress.ts';
import { evaluationReport } from '../ui/report.ts';

interface EvaluateFlags extends EngineFlags {
  readonly split: 'test' | 'val';
  readonly weights: 'best' | 'last';
  readonly recipe?: string;
  readonly data?: string;
  readonly json?: true;
}

const help = `
Examples:
  couture evaluate baseline-seed1
  couture evaluate runs/train/baseline-seed1 --split val --json
  couture evaluate clothes.safetensors
  couture evaluate clothes.safetensors --data photos/`;

/** Adds the command to the program. */
export function registerEvaluate(program: Command, context: CliContext): void {
  const command = program
    .command('evaluate')
    .description('Accuracy with its 95% interval, loss, per-class figures and confusion matrix of a model.')
    .argument('[model]', MODEL_HELP)
    .option(
      '--split <split>',
      'test, or val for the validation images',
      oneOf('--split', ['test', 'val']),
      'test',
    );
  command.option(
    '--data <set>',
    'evaluate on other labeled images: a name, or your own folder, archive or file',
  );
  addRecipeOption(command);
  addJsonOption(addEngineOptions(addWeightsOption(command)))
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
  const { split, weights, recipe, backend, threads } = flags;
  if (argument !== undefined && recipe !== undefined)
    throw new CoutureError('usage', `Give a model or --recipe, not both: leave out "${argument}".`);
  const found = await chooseModel(argument, recipe, context);
  const other = flags.data === undefined ? undefined : await otherImages(flags.data, found, context);
  const { evaluateModel } = await import('../../platform/node/runs.ts');
  const { onData, end } = dataView(context);
  const progress = lateProgress(context);
  const { signal, env } = context;
  try {
    const evaluation = await evaluateModel(found, split, {
      weights,
      backend,
      threads,
      signal,
      env,
      onData,
      other,
      onProgress: (share) => progress.update('evaluating', share),
    });
    end();
    progress.end();
    const { path, kind } = found;
    if (found.kind === 'run' && (await found.run.metrics()) === undefined)
      context.err(
        `The run ${path} is not finished: these are the figures of its weights so far. Continue it with: npx couture train --resume ${path}`,
      );
    const asked = kind === 'run' ? `${path}, ${weights} weights` : path;
    const subject = other === undefined ? asked : `${asked}, on ${other.info.name}`;
    if (flags.json)
      printJson(context, 'evaluate', {
        ...(kind === 'run' ? { run: path, weights } : { model: path }),
        ...(other !== undefined && { data: other.info.name }),
        ...evaluation,
      });
    else context.out(evaluationReport(evaluation, subject, context));
  } finally {
    end();
    progress.end();
  }
}

/**
 * Images of another set, prepared for the model: its test split, or all images if the import had to draw one.
 */
async function otherImages(source: string, { data }: FoundModel, context: CliContext): Promise<Dataset> {
  const opened = await openWatched(source, context, { like: data });
  const test = await opened.load('test');
  if (opened.report?.testWasDrawn !== true) return test;
  return joinSplits(await opened.load('train'), test);
}

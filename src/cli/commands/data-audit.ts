/**
 * `couture data audit`: duplicates within and across the splits of a set, and labels that are probably wrong.
 */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { inQuotes } from '../../core/printable.ts';
import type { DatasetInfo } from '../../data/dataset-info.ts';
import type { WrittenAudit } from '../../runs/audit.ts';
import type { RunEvaluation } from '../../runs/evaluate.ts';
import type { Run } from '../../runs/run.ts';
import { recipeNamed } from '../../train/config.ts';
import { recipes } from '../../train/recipes.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, wholeNumber } from '../options.ts';
import { auditedTable, auditReport } from '../ui/audit.ts';
import { auditView } from '../ui/audit-view.ts';
import { dataView } from '../ui/data.ts';
import { openWatched } from '../ui/import.ts';
import { printJson } from '../ui/json.ts';

interface AuditFlags extends EngineFlags {
  readonly recipe: string;
  readonly folds: number;
  readonly epochs: number;
  readonly threshold?: number;
  readonly run?: readonly string[];
  readonly json?: true;
}

const help = `
Near duplicates are compared pixel by pixel. Labels are checked by models that
did not train on the image: each fold of the training images by a model trained
on the other folds, and the test images by all of these models together. The
findings go to runs/audit. Afterwards couture evaluate also gives the accuracy
without these images, beside the plain one.

Examples:
  couture data audit
  couture data audit --run baseline-seed1 deeper-seed1
  couture data audit mnist --folds 10 --epochs 20 --json
  couture data audit photos/`;

/** Adds `audit` to the verb `data`. */
export function registerDataAudit(data: Command, context: CliContext): void {
  const command = data
    .command('audit')
    .description(
      'find duplicates within and across the splits of a data set, and labels that are probably wrong',
    )
    .argument('[set]', 'a name, or your own folder, archive or file', 'fashion-mnist')
    .option(
      '--recipe <name>',
      `recipe of the models that check the labels: ${Object.keys(recipes).join(', ')}`,
      'baseline',
    )
    .option('--folds <n>', 'number of folds', wholeNumber('--folds', 2, 100), 5)
    .option('--epochs <n>', 'epochs of each model', wholeNumber('--epochs', 1, 100_000), 10)
    .option(
      '--threshold <d>',
      'largest relative distance between near duplicates (default: 0.08)',
      readThreshold,
    )
    .option('--run <run...>', 'also evaluate these runs without duplicates and suspected labels');
  addJsonOption(addEngineOptions(command))
    .addHelpText('after', help)
    .action(async (source: string, flags: AuditFlags) => await runAudit(source, flags, context));
}

function readThreshold(text: string): number {
  const value = /^0?\.?\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= 0 && value < 1) return value;
  throw new CoutureError('usage', `--threshold must be a number from 0 up to 1, not ${inQuotes(text)}.`);
}

async function runAudit(source: string, flags: AuditFlags, context: CliContext): Promise<void> {
  const { info } = await openWatched(source, context);
  const runs = await openRuns(flags.run ?? [], info);
  const { path, audit } = await auditWatched(info, flags, context);
  const evaluations = await evaluateRuns(runs, flags, context);
  if (flags.json) {
    const { countDuplicates, findConflicts } = await import('../../audit/summary.ts');
    const { version, ...found } = audit;
    printJson(context, 'data audit', {
      path,
      counts: countDuplicates(audit.duplicates),
      conflicts: findConflicts(audit.duplicates),
      ...found,
      runs: evaluations.map(({ run, evaluation }) => ({
        run: run.path,
        accuracy: evaluation.accuracy,
        audited: evaluation.audited,
      })),
    });
    return;
  }
  context.out(auditReport(audit, path, context));
  for (const { run, evaluation } of evaluations)
    if (evaluation.audited) context.out(`\n${run.path}\n\n${auditedTable(evaluation.audited, context)}`);
}

/** Opens the runs before any work, so that a missing run or other images are an error now. */
async function openRuns(paths: readonly string[], { name, origin }: DatasetInfo): Promise<Run[]> {
  const { openRun } = await import('../../platform/node/runs.ts');
  const runs: Run[] = [];
  for (const path of paths) {
    const run = await openRun(path);
    const own = run.config.data;
    if (JSON.stringify(own.origin) !== JSON.stringify(origin))
      throw new CoutureError('usage', `${run.path} was trained on ${own.name}, not on ${name}.`);
    runs.push(run);
  }
  return runs;
}

async function auditWatched(
  info: DatasetInfo,
  { recipe, folds, epochs, threshold, backend, threads }: AuditFlags,
  context: CliContext,
): Promise<WrittenAudit> {
  const { auditDataset } = await import('../../platform/node/runs.ts');
  const { signal, env } = context;
  const { end, ...watchers } = auditView(context, folds, epochs);
  try {
    return await auditDataset(info, {
      recipe: recipeNamed(recipe),
      folds,
      epochs,
      threshold,
      backend,
      threads,
      signal,
      env,
      ...watchers,
    });
  } finally {
    end();
  }
}

async function evaluateRuns(
  runs: readonly Run[],
  { backend, threads }: AuditFlags,
  context: CliContext,
): Promise<{ run: Run; evaluation: RunEvaluation }[]> {
  const { evaluateRun } = await import('../../platform/node/runs.ts');
  const { onData, end } = dataView(context);
  const { signal, env } = context;
  const evaluations: { run: Run; evaluation: RunEvaluation }[] = [];
  try {
    for (const run of runs) {
      const evaluation = await evaluateRun(run, 'test', { backend, threads, signal, env, onData });
      evaluations.push({ run, evaluation });
    }
  } finally {
    end();
  }
  return evaluations;
}

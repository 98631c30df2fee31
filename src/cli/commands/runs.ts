/** `couture runs`: lists, checks and deletes runs. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { printable } from '../../core/printable.ts';
import type { RunCheck } from '../../runs/check-run.ts';
import type { RunSummary } from '../../runs/list-runs.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption } from '../options.ts';
import { paint, percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { titledTable } from '../ui/table.ts';

interface RunsFlags {
  readonly json?: true;
}

const help = `
Examples:
  couture runs list                all runs, their progress, and which are in use
  couture runs check               check every file of every run, and clean up after killed processes
  couture runs rm baseline-seed1   delete a run`;

/** Adds the verb `runs` to the program. */
export function registerRuns(program: Command, context: CliContext): void {
  const runs = program.command('runs').description('List, check and remove the runs in runs/train.');
  runs.addHelpText('after', help);
  addJsonOption(
    runs.command('list').description('list every run with its progress, accuracy and user'),
  ).action(async (flags: RunsFlags) => await list(flags, context));
  addJsonOption(
    runs
      .command('check')
      .description('check every file of runs, and remove what killed processes left')
      .argument('[run...]', 'paths or names (default: all)'),
  ).action(async (names: string[], flags: RunsFlags) => await check(names, flags, context));
  addJsonOption(runs.command('rm').description('delete runs').argument('<run...>', 'paths or names')).action(
    async (names: string[], flags: RunsFlags) => await remove(names, flags, context),
  );
}

async function list({ json }: RunsFlags, context: CliContext): Promise<void> {
  const { summarizeRuns } = await import('../../platform/node/runs.ts');
  const found = await summarizeRuns();
  if (json) return printJson(context, 'runs list', { runs: found });
  if (found.length === 0)
    return context.out('There are no runs here. Train one: npx couture train --recipe baseline');
  context.out(runsTable(found, context));
}

function runsTable(found: readonly RunSummary[], { color }: CliContext): string {
  const share = (value: number | undefined) => (value === undefined ? '' : percent(value));
  const rows = found.map((run) => [
    printable(run.name),
    run.state === 'in use'
      ? `in use by ${run.holder}`
      : paint(color, colors[run.state] ?? 'reset', run.state),
    run.epochs === undefined ? '' : `${run.epochsDone} of ${run.epochs}`,
    share(run.validationAccuracy),
    share(run.testAccuracy),
  ]);
  const titles = found.map(({ data, problem, started }) =>
    [printable(data ?? problem ?? ''), started && `started ${started.slice(0, 16).replace('T', ' ')} UTC`]
      .filter(Boolean)
      .join(', '),
  );
  const heads = ['run', 'state', 'epochs', 'validation', 'test'];
  return titledTable(heads, rows, titles, ['left', 'left', 'right', 'right', 'right']);
}

const colors: Partial<Record<RunSummary['state'], 'red' | 'yellow' | 'green'>> = {
  finished: 'green',
  unfinished: 'yellow',
  damaged: 'red',
};

async function check(names: readonly string[], { json }: RunsFlags, context: CliContext): Promise<void> {
  const { checkRun, runPaths, summarizeRuns } = await import('../../platform/node/runs.ts');
  const paths = names.length === 0 ? (await summarizeRuns()).map(({ path }) => path) : await runPaths(names);
  const progress = context.progress(paths.length, 'checking');
  const checks: RunCheck[] = [];
  try {
    for (const path of paths) {
      if (context.signal.aborted) throw new CoutureError('interrupted', 'The check was interrupted.');
      checks.push(await checkRun(path));
      progress.update(checks.length, `${checks.length} of ${plural(paths.length, 'run')}`);
    }
  } finally {
    progress.done();
  }
  if (json) printJson(context, 'runs check', { runs: checks });
  else for (const found of checks) context.out(checkText(found, context));
  const damaged = checks.filter(({ faults }) => faults.length > 0).length;
  if (damaged === 0) return;
  throw new CoutureError(
    'data',
    `${plural(damaged, 'run')} of ${checks.length} ${damaged === 1 ? 'is' : 'are'} damaged.`,
    {
      hint: 'Restore the named files from a backup, or train the run again with --overwrite.',
    },
  );
}

function checkText({ name, state, holder, faults, removed }: RunCheck, { color }: CliContext): string {
  const label = printable(name);
  if (removed) return `${label}: empty, removed`;
  if (state === 'in use') return `${label}: in use by ${holder}, not checked`;
  if (faults.length === 0) return `${label}: ${paint(color, 'green', 'whole')} (${state})`;
  return [
    `${label}: ${paint(color, 'red', 'damaged')}`,
    ...faults.map((fault) => `  ${printable(fault)}`),
  ].join('\n');
}

async function remove(names: readonly string[], { json }: RunsFlags, context: CliContext): Promise<void> {
  const { removeRun, runPaths } = await import('../../platform/node/runs.ts');
  // Finds all before it removes the first.
  const paths = await runPaths(names);
  for (const path of paths) {
    await removeRun(path);
    if (!json) context.out(`removed ${printable(path)}`);
  }
  if (json) printJson(context, 'runs rm', { removed: paths });
}

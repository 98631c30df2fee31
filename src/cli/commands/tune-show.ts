/** `couture tune show`, `best`, `export`, `list` and `rm`: what is stored of studies, also while they run. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import type { StudyPlaces } from '../../platform/node/tune/places.ts';
import { bestOf, configOf, type StoredTrial, type Study } from '../../study/study.ts';
import type { CliContext } from '../context.ts';
import { addJsonOption } from '../options.ts';
import { csvRecord } from '../ui/csv.ts';
import { printJson } from '../ui/json.ts';
import { countStates, figuresOf, studyReport } from '../ui/study.ts';
import { table } from '../ui/table.ts';

interface ShowFlags {
  readonly json?: true;
}

/** Adds the commands below `tune`. */
export function registerTuneShow(tune: Command, context: CliContext): void {
  addJsonOption(tune.command('list').description('list the studies of runs/tune and of DATABASE_URL')).action(
    async (flags: ShowFlags) => await list(flags, context),
  );
  addJsonOption(named(tune, 'show', 'show a study with its best trials')).action(
    async (name: string, flags: ShowFlags) => {
      const study = await readStudyAt(name, context);
      if (flags.json) printJson(context, 'tune show', { ...study });
      else context.out(studyReport(study));
    },
  );
  addJsonOption(named(tune, 'best', 'print the settings of the best trial')).action(
    async (name: string, flags: ShowFlags) => await best(name, flags, context),
  );
  named(tune, 'export', 'print all trials as CSV').action(async (name: string) => {
    context.out(csvOf(await readStudyAt(name, context)));
  });
  tune
    .command('rm')
    .description('delete studies with their trials')
    .argument('<name...>', 'the studies')
    .action(async (names: readonly string[]) => {
      await withPlaces(context, async (places) => {
        for (const name of names) {
          await places.remove(name);
          context.err(`The study ${name} was deleted.`);
        }
      });
    });
}

function named(tune: Command, verb: string, description: string): Command {
  return tune.command(verb).description(description).argument('<name>', 'the study');
}

/** A study of DATABASE_URL or of this machine. */
export async function readStudyAt(name: string, context: Pick<CliContext, 'env'>): Promise<Study> {
  return await withPlaces(context, async (places) => await places.read(name));
}

async function withPlaces<T>(
  { env }: Pick<CliContext, 'env'>,
  work: (places: StudyPlaces) => Promise<T>,
): Promise<T> {
  const { openStudyPlaces } = await import('../../platform/node/tune/places.ts');
  const places = await openStudyPlaces(env);
  try {
    return await work(places);
  } finally {
    await places.close();
  }
}

/** @throws CoutureError of kind `usage` when no trial is complete */
export function winnerOf(study: Study): StoredTrial {
  const found = bestOf(study);
  if (found !== undefined) return found;
  throw new CoutureError('usage', `No trial of the study ${study.plan.name} is complete.`, {
    hint: `Continue it: couture tune --name ${study.plan.name}`,
  });
}

async function best(name: string, { json }: ShowFlags, context: CliContext): Promise<void> {
  const study = await readStudyAt(name, context);
  const winner = winnerOf(study);
  const { settings } = configOf(study.plan, winner.values);
  if (json) {
    const { number, value, accuracy, values } = winner;
    printJson(context, 'tune best', { study: name, trial: number, value, accuracy, values, settings });
    return;
  }
  context.err(`trial ${winner.number}: ${figuresOf(study, winner)}`);
  // As --config of couture train takes it.
  context.out(JSON.stringify({ recipe: study.plan.recipe, settings }, null, 2));
}

async function list({ json }: ShowFlags, context: CliContext): Promise<void> {
  const studies = await withPlaces(context, async ({ names, find }) => {
    const found: Study[] = [];
    for (const name of await names()) {
      const study = await find(name);
      if (study !== undefined) found.push(study);
    }
    return found;
  });
  if (json) {
    const found = studies.map((study) => ({
      name: study.plan.name,
      trials: study.trials.length,
      best: bestOf(study)?.value ?? null,
    }));
    printJson(context, 'tune list', { studies: found });
    return;
  }
  if (studies.length === 0) {
    context.out('There are no studies here. Start one: npx couture tune --recipe baseline --name NAME');
    return;
  }
  const rows = studies.map((study) => {
    const winner = bestOf(study);
    return [study.plan.name, countStates(study), winner === undefined ? '' : figuresOf(study, winner)];
  });
  context.out(table(['study', 'trials', 'best'], rows));
}

/** One line for each trial, with a column for each parameter. */
function csvOf({ plan, trials }: Study): string {
  const names = Object.keys(plan.space);
  const head = [
    'number',
    'state',
    'attempt',
    'value',
    'loss',
    'accuracy',
    'seconds',
    'epochs',
    ...names,
    'error',
  ];
  const lines = trials.map((trial) => [
    ...[trial.number, trial.state, trial.attempt, trial.value, trial.loss, trial.accuracy, trial.seconds],
    trial.reports.at(-1)?.step ?? null,
    ...names.map((name) => {
      const value = Object.hasOwn(trial.values, name) ? trial.values[name] : null;
      return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
    }),
    trial.error,
  ]);
  return [head, ...lines]
    .map((line) => csvRecord(line.map((cell) => (cell === null ? '' : String(cell)))))
    .join('\n');
}

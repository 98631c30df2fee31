/** `couture tune`: searches settings by many short trainings, and shows, exports and removes such studies. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { decodeText } from '../../core/text.ts';
import { describeSplit } from '../../data/checksums.ts';
import { MAX_THREADS } from '../../engine/threads.ts';
import { defaultSpace } from '../../search/default-space.ts';
import { prunerNames } from '../../search/pruners/index.ts';
import { samplerNames } from '../../search/samplers/index.ts';
import { checkSettingsSpace } from '../../search/settings-space.ts';
import { isStudyName, studyPlanSchema } from '../../study/schema.ts';
import { objectiveNames, requestOf, type StudyPlan, samePlan } from '../../study/study.ts';
import { resolveConfig } from '../../train/config.ts';
import type { CliContext } from '../context.ts';
import { oneOf, positiveNumber, wholeNumber } from '../options.ts';
import { addConfigOptions, type ConfigFlags, configFlagsGiven, configFromFlags } from '../settings-flags.ts';
import { studyReport } from '../ui/study.ts';
import { machineUse } from './tune-machine.ts';
import { registerTuneShow } from './tune-show.ts';
import { registerTuneWorker } from './tune-worker.ts';

const MAX_SPACE_BYTES = 2 ** 20;
const DEFAULT_TRIALS = 50;

/** Values of the options of `couture tune`. */
export interface TuneFlags extends ConfigFlags {
  readonly name?: string;
  readonly trials?: number;
  readonly time?: number;
  readonly space?: string;
  readonly sampler?: StudyPlan['sampler'];
  readonly pruner?: StudyPlan['pruner'];
  readonly objective?: StudyPlan['objective'];
  readonly parallel?: number;
  readonly threads?: number;
  readonly maxBytes?: number;
  readonly maxSeconds?: number;
}

const help = `
Trials are judged by validation images, never by test images. Each trains in a
process of its own on the CPU. Ctrl-C saves all of them; the same command, or
--name alone, continues the study.
A space is JSON: {"learningRate": {"type": "float", "low": 1e-4, "high": 1e-2,
"log": true}}. The guide: docs/tune.md.
With DATABASE_URL, the study is in that PostgreSQL database, and other machines
join it: couture tune worker NAME.

Examples:
  couture tune --recipe baseline --trials 100 --time 1h --name widths
  couture tune --name widths --trials 200
  couture tune show widths
  couture train --from-study widths`;

/** Adds the command to the program. */
export function registerTune(program: Command, context: CliContext): void {
  const command = program
    .command('tune')
    .description('Search settings: many trials in a study, judged by validation images.')
    .option('--name <name>', 'name of the study; an existing one is continued')
    .option(
      '--trials <n>',
      `number of trials (default: ${DEFAULT_TRIALS})`,
      wholeNumber('--trials', 1, 1_000_000),
    )
    .option('--time <duration>', 'stop after this time, like 90s, 20m or 1h', readDuration)
    .option('--space <file>', 'JSON file with the search space (default: that of the recipe)')
    .option('--sampler <name>', 'tpe, sobol or random (default: tpe)', oneOf('--sampler', samplerNames))
    .option('--pruner <name>', 'asha, median or none (default: asha)', oneOf('--pruner', prunerNames))
    .option(
      '--objective <name>',
      'validation figure: loss or accuracy (default: loss)',
      oneOf('--objective', objectiveNames),
    )
    .option(
      '--parallel <n>',
      'trials at once (default: the number of cores)',
      wholeNumber('--parallel', 1, 256),
    )
    .option(
      '--threads <n>',
      'threads of each trial (default: cores divided by trials at once)',
      wholeNumber('--threads', 1, MAX_THREADS),
    )
    .option(
      '--max-bytes <n>',
      'only networks whose float32 weights have at most so many bytes',
      wholeNumber('--max-bytes', 1),
    )
    .option('--max-seconds <n>', 'a trial fails when it trains longer', positiveNumber('--max-seconds', 1e9));
  addConfigOptions(command, { shown: (key) => ['epochs', 'batchSize', 'seed'].includes(key) });
  command.addHelpText('after', help).action(async (flags: TuneFlags) => await runTune(flags, context));
  registerTuneShow(command, context);
  registerTuneWorker(command, context);
  command.hook('preAction', (tune, below) => handDown(tune, below));
}

/**
 * Commander gives `tune` all options that it has, also those after a command below it. They are meant for that command.
 * @throws CoutureError of kind `usage` for one that the command below does not have
 */
function handDown(tune: Command, below: Command): void {
  if (tune === below) return;
  for (const option of tune.options) {
    const key = option.attributeName();
    if (tune.getOptionValueSource(key) !== 'cli') continue;
    if (!below.options.some(({ long }) => long === option.long))
      throw new CoutureError('usage', `couture tune ${below.name()} has no option ${option.long}.`, {
        hint: `See its options: couture tune ${below.name()} --help`,
      });
    below.setOptionValueWithSource(key, tune.getOptionValue(key), 'cli');
  }
}

/** 500 hours: a timer of 597 ends at once. */
const MOST_SECONDS = 500 * 3600;

/** `90s`, `20m`, `1h` or `1h30m` in milliseconds. */
export function readDuration(text: string): number {
  const [, hours, minutes, seconds] = /^(?:(\d{1,5})h)?(?:(\d{1,6})m)?(?:(\d{1,8})s)?$/.exec(text) ?? [];
  const sum = Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if (sum > 0 && sum <= MOST_SECONDS) return sum * 1000;
  throw new CoutureError(
    'usage',
    `--time must be a duration like 90s, 20m, 1h or 1h30m, up to 500 hours, not "${text}".`,
  );
}

async function runTune(flags: TuneFlags, context: CliContext): Promise<void> {
  const { name } = flags;
  if (name === undefined)
    throw new CoutureError('usage', 'A study needs a name.', {
      hint: 'Add --name, for example --name widths.',
    });
  const { runStudy } = await import('./tune-run.ts');
  // The space and everything else is checked before a database is opened.
  const known = await knownPlan(name, context);
  const plan = known ?? (await newPlan(name, flags, context));
  if (known !== undefined) await refuseChanges(known, flags, context);
  const study = await runStudy({
    plan,
    known: known !== undefined,
    trials: flags.trials ?? (known === undefined ? DEFAULT_TRIALS : undefined),
    time: flags.time,
    ...machineUse(flags),
    context,
  });
  context.out(studyReport(study));
  context.out(`\ncouture tune show ${name}\ncouture train --from-study ${name}`);
}

/** The plan of a study that exists on this machine. */
async function knownPlan(name: string, { env }: CliContext): Promise<StudyPlan | undefined> {
  const { DATABASE_URL } = env;
  if (DATABASE_URL) {
    const { findPlan } = await import('./tune-run.ts');
    return await findPlan(DATABASE_URL, name);
  }
  const { findStudy } = await import('../../platform/node/tune/studies.ts');
  return (await findStudy(name))?.plan;
}

/**
 * The command that started a study also continues it.
 * @throws CoutureError of kind `usage` for options that would change a study that exists
 */
async function refuseChanges(known: StudyPlan, flags: TuneFlags, context: CliContext): Promise<void> {
  const fixed = ['space', 'sampler', 'pruner', 'objective', 'maxBytes', 'maxSeconds'] as const;
  const given = fixed
    .filter((key) => flags[key] !== undefined)
    .map((key) => `--${key.replace(/[A-Z]/, (c) => `-${c.toLowerCase()}`)}`);
  given.push(...configFlagsGiven(flags));
  if (given.length === 0) return;
  if (samePlan(known, await newPlan(known.name, flags, context))) return;
  throw new CoutureError(
    'usage',
    `The study ${known.name} exists, and it keeps its settings; leave out ${given.join(', ')}.`,
    { hint: 'Use another --name for another study. --trials, --time, --parallel and --threads may change.' },
  );
}

async function newPlan(name: string, flags: TuneFlags, context: CliContext): Promise<StudyPlan> {
  const { sampler = 'tpe', pruner = 'asha', objective = 'loss', maxBytes = null, maxSeconds = null } = flags;
  if (!isStudyName(name))
    throw new CoutureError(
      'usage',
      `--name must be letters, digits, dots, hyphens and underscores, not "${name}".`,
    );
  const select = flags.select ?? (objective === 'accuracy' ? 'accuracy' : undefined);
  const config = await configFromFlags({ ...flags, ...(select && { select }) }, context);
  if (config.settings.teacher !== null)
    throw new CoutureError('usage', 'A study cannot use a teacher.', {
      hint: 'Leave teacher and distillation out.',
    });
  const { recipe } = config;
  const { loadSplit } = await import('../../platform/node/data/load-split.ts');
  const train = await loadSplit(config.data, 'train', { signal: context.signal, env: context.env });
  const data = { ...config.data, splits: { ...config.data.splits, train: await describeSplit(train) } };
  const base = resolveConfig({ ...(recipe !== null && { recipe: recipe as never }), dataset: data }).settings;
  const settings = Object.fromEntries(
    Object.entries(config.settings).filter(
      ([key, value]) => JSON.stringify(value) !== JSON.stringify(Reflect.get(base, key)),
    ),
  );
  const space = flags.space === undefined ? defaultSpace(config.settings) : await readSpace(flags.space);
  const { seed } = config.settings;
  const fixed = { name, recipe, settings, data, objective, sampler, pruner, seed, maxBytes, maxSeconds };
  const plan = studyPlanSchema.parse({ ...fixed, space: {} });
  // Through JSON, because undefined conditions have no place in a stored plan.
  const checked = checkSettingsSpace(space, requestOf(plan));
  return { ...plan, space: parseJson(JSON.stringify(checked), 'the space') as StudyPlan['space'] };
}

async function readSpace(path: string): Promise<unknown> {
  const { readLimited } = await import('../../platform/node/files/read.ts');
  const bytes = await readLimited(path, MAX_SPACE_BYTES);
  const source = `--space ${path}`;
  if (bytes === undefined) throw new CoutureError('usage', `${source}: there is no such file.`);
  return parseJson(decodeText(bytes, source, 'usage'), source, 'usage');
}

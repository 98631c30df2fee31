/** `couture ablate`: what each change to a run gives or costs, over seeds. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { inQuotes } from '../../core/printable.ts';
import type { RunConfig } from '../../train/settings.ts';
import { type AblationResult, ablationTable, summarizeAblation } from '../ablation-table.ts';
import type { CliContext } from '../context.ts';
import { addTableOptions, findTablePlace, type TableFlags, writeTable } from '../document.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, hideDefaults, numberList } from '../options.ts';
import {
  addConfigOptions,
  type ConfigFlags,
  configFromFlags,
  settingFromText,
  unseeded,
} from '../settings-flags.ts';
import { percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { plannedRuns } from '../ui/planned-runs.ts';
import { trainOnceWatched } from '../ui/train-watched.ts';

interface AblateFlags extends ConfigFlags, EngineFlags, TableFlags {
  readonly seeds: readonly number[];
  readonly json?: true;
}

const help = `
A change is one or more settings, by the names of their flags, joined by +.
Differences are paired by seed and measured on validation images. The runs go
to runs/train. If the command is stopped, start it again to continue.
The flags of couture train set the unchanged run.

Examples:
  couture ablate flip=no shift=0 flip=no+shift=0 --recipe compact --epochs 40 --seeds 1-3
  couture ablate learning-rate=0.001 activation=gelu --recipe baseline --write notes.md`;

/** Adds the command to the program. */
export function registerAblate(program: Command, context: CliContext): void {
  const command = program
    .command('ablate')
    .description(
      'Train a recipe unchanged and with each change, over several seeds, and tabulate the differences.',
    )
    .argument('<change...>', 'a setting and its value, like dropout=none; join several by +');
  addConfigOptions(command, { keys: unseeded, shown: () => false }).option(
    '--seeds <list>',
    'seeds, like 1-5 or 1,2,7 (default: 1-3)',
    numberList('--seeds'),
    [1, 2, 3],
  );
  hideDefaults(addTableOptions(command, 'ablate'));
  addJsonOption(addEngineOptions(command, 'cpu'))
    .addHelpText('after', help)
    .action(async (changes: string[], flags: AblateFlags) => await runAblate(changes, flags, context));
}

async function runAblate(changes: readonly string[], flags: AblateFlags, context: CliContext): Promise<void> {
  const planned: { change: string | undefined; seed: number; config: RunConfig }[] = [];
  for (const change of [undefined, ...new Set(changes)]) {
    for (const seed of flags.seeds) {
      const config = await configFromFlags({ ...flags, ...(change && readChange(change)), seed }, context);
      planned.push({ change, seed, config });
    }
  }
  const place = await findTablePlace(flags, 'ablate');
  const { backend = 'cpu', threads } = flags;

  context.err(
    plannedRuns(
      planned.map(({ config }) => config),
      `${plural(new Set(changes).size, 'change')} and the unchanged run, with ${plural(flags.seeds.length, 'seed')} each`,
    ),
  );
  const results: AblationResult[] = [];
  for (const { change, seed, config } of planned) {
    const { run, metrics } = await trainOnceWatched({ config, backend, threads }, context);
    context.err(`${change ?? 'unchanged'}, seed ${seed}: validation ${percent(metrics.validationAccuracy)}`);
    results.push({ change, seed, run: run.path, metrics, env: await run.environment() });
  }

  const rows = summarizeAblation(results);
  const table = ablationTable(rows, results);
  if (place !== undefined) await writeTable(place, table, context);
  if (flags.json) {
    const runs = results.map(({ change, seed, run, metrics: { validationAccuracy, testAccuracy } }) => ({
      change,
      seed,
      run,
      validationAccuracy,
      testAccuracy,
    }));
    printJson(context, 'ablate', { rows, runs });
  } else {
    context.out(table);
  }
}

/** `shift=2+flip=no` as flags. */
function readChange(change: string): ConfigFlags {
  const settings: Record<string, unknown> = {};
  for (const part of change.split('+')) {
    const equals = part.indexOf('=');
    if (equals < 1) {
      throw new CoutureError('usage', `The change ${inQuotes(part)} must have the form setting=value.`, {
        hint: 'For example: shift=2, flip=no or dropout=none; join several by +.',
      });
    }
    const [key, value] = settingFromText(part.slice(0, equals), part.slice(equals + 1));
    if (key === 'seed')
      throw new CoutureError('usage', 'A change cannot set the seed, because --seeds does.');
    settings[key] = value;
  }
  return settings;
}

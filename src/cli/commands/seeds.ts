/** `couture seeds`: recipes or other settings over several seeds, tabulated. Finished runs are not trained again. */

import type { Command } from 'commander';
import { CoutureError } from '../../core/errors.ts';
import { plural } from '../../core/format.ts';
import { settingsText } from '../../report/train-command.ts';
import { recipeNamed } from '../../train/config.ts';
import { recipes } from '../../train/recipes.ts';
import type { RunConfig } from '../../train/settings.ts';
import type { CliContext } from '../context.ts';
import { addTableOptions, findTablePlace, type TableFlags, writeTable } from '../document.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, hideDefaults, numberList } from '../options.ts';
import { type SeedResult, seedsTable, summarizeRecipe } from '../seeds-table.ts';
import {
  addConfigOptions,
  type ConfigFlags,
  configFlagsGiven,
  configFromFlags,
  unseeded,
} from '../settings-flags.ts';
import { percent } from '../ui/format.ts';
import { printJson } from '../ui/json.ts';
import { plannedRuns } from '../ui/planned-runs.ts';
import { trainOnceWatched } from '../ui/train-watched.ts';

interface SeedsFlags extends ConfigFlags, EngineFlags, TableFlags {
  readonly recipes?: readonly string[];
  readonly seeds: readonly number[];
  readonly json?: true;
}

const help = `
The flags of couture train set the data and the settings, of the recipes or of
one network of your own.
The runs go to runs/train. If the command is stopped, start it again to
continue: finished runs of the same config and version are reused, and
unfinished runs are resumed.

Examples:
  couture seeds
  couture seeds --recipes baseline --seeds 1-3,7
  couture seeds --data photos/ --hidden 256,128 --dropout 0.2,0.2 --seeds 1-5
  couture seeds --write README.md
  couture seeds --recipes best-single --write notes.md --block best`;

/** Adds the command to the program. */
export function registerSeeds(program: Command, context: CliContext): void {
  const names = Object.keys(recipes);
  const command = program
    .command('seeds')
    .description(
      'Train every recipe, or settings of your own, with every seed, and tabulate mean and spread of the test accuracy.',
    )
    .option(
      '--recipes <names>',
      `comma-separated recipes (default: all ${names.length}, for hours, unless other flags of couture train are given)`,
      (text) => text.split(','),
    );
  addConfigOptions(command, { keys: unseeded, shown: () => false }).option(
    '--seeds <list>',
    'seeds, like 1-5 or 1,2,7 (default: 1-5)',
    numberList('--seeds'),
    [1, 2, 3, 4, 5],
  );
  hideDefaults(addTableOptions(command, 'seeds'));
  addJsonOption(addEngineOptions(command, 'cpu'))
    .addHelpText('after', help)
    .action(async (flags: SeedsFlags) => await runSeeds(flags, context));
}

async function runSeeds(flags: SeedsFlags, context: CliContext): Promise<void> {
  const configs: { recipe: string; seed: number; config: RunConfig }[] = [];
  for (const recipe of recipesOf(flags))
    for (const seed of flags.seeds) {
      const config = await configFromFlags({ ...flags, ...(recipe && { recipe }), seed }, context);
      configs.push({ recipe: settingsText(config) ?? 'custom', seed, config });
    }
  const place = await findTablePlace(flags, 'seeds');
  const { backend = 'cpu', threads } = flags;

  if (configs.length > 1)
    context.err(
      plannedRuns(
        configs.map(({ config }) => config),
        `${plural(recipesOf(flags).length, flags.recipes === undefined && recipesOf(flags).length === 1 ? 'network' : 'recipe')} with ${plural(flags.seeds.length, 'seed')} each`,
      ),
    );
  const results: SeedResult[] = [];
  for (const { recipe, seed, config } of configs) {
    const { run, metrics } = await trainOnceWatched({ config, backend, threads }, context);
    context.err(`${run.name}: test accuracy ${percent(metrics.testAccuracy)}`);
    results.push({ recipe, seed, run: run.path, metrics, env: await run.environment() });
  }

  const rows = [...new Set(configs.map(({ recipe }) => recipe))].map((recipe) =>
    summarizeRecipe(
      recipe,
      results.filter((result) => result.recipe === recipe),
      publishedOf(recipe),
    ),
  );
  const table = seedsTable(rows, results);
  if (place !== undefined) await writeTable(place, table, context);
  if (flags.json) {
    const runs = results.map(({ recipe, seed, run, metrics: { testAccuracy, weightsSha256, seconds } }) => ({
      recipe,
      seed,
      run,
      testAccuracy,
      weightsSha256,
      seconds,
    }));
    printJson(context, 'seeds', { rows, runs });
  } else {
    context.out(table);
  }
}

/** The recipes of the flags; undefined stands for settings that come from the other flags alone. */
function recipesOf(flags: SeedsFlags): readonly (string | undefined)[] {
  const { recipe, recipes: several } = flags;
  if (several !== undefined && recipe !== undefined)
    throw new CoutureError('usage', 'Give --recipe or --recipes, not both.');
  if (several !== undefined) return [...new Set(several.map((name) => recipeNamed(name.trim())))];
  return configFlagsGiven(flags).length > 0 ? [recipe] : Object.keys(recipes);
}

/** What was published for a recipe as it is. */
function publishedOf(name: string): number | null {
  return Object.entries(recipes).find(([recipe]) => recipe === name)?.[1].published ?? null;
}

/** `couture showcase`, which `npm start` runs: both experiments trained and evaluated, one image predicted, a table, a report. */

import { join } from 'node:path';
import type { Command } from 'commander';
import { imageAt } from '../../data/dataset.ts';
import { defaultDataset } from '../../data/registry.ts';
import { layerWidths } from '../../model/plan.ts';
import type { TrainRunResult } from '../../runs/experiment.ts';
import type { WrittenReport } from '../../runs/report.ts';
import type { Run } from '../../runs/run.ts';
import { resolveConfig } from '../../train/config.ts';
import type { RecipeName } from '../../train/recipes.ts';
import { recipes, showcaseRecipes } from '../../train/recipes.ts';
import type { CliContext } from '../context.ts';
import { addEngineOptions, addJsonOption, type EngineFlags, wholeNumber } from '../options.ts';
import { probabilityBars } from '../ui/bars.ts';
import { dataView } from '../ui/data.ts';
import { duration, paint, percent } from '../ui/format.ts';
import { inspectView } from '../ui/inspecting.ts';
import { printJson } from '../ui/json.ts';
import { table } from '../ui/table.ts';
import { trainOnceWatched } from '../ui/train-watched.ts';

interface ShowcaseFlags extends EngineFlags {
  readonly seed: number;
  readonly json?: true;
}

const help = `
Runs that are finished with the same config and seed are shown again, not
trained again.

Example:
  couture showcase --seed 2`;

/** Adds the command to the program. */
export function registerShowcase(program: Command, context: CliContext): void {
  const command = program
    .command('showcase')
    .description(
      'Get Fashion-MNIST, train and evaluate both published networks, predict one test image, write a report.',
    )
    .option('--seed <n>', 'seed of both runs', wholeNumber('--seed', 0), 1);
  addJsonOption(addEngineOptions(command, 'measured'))
    .addHelpText('after', help)
    .action(async (flags: ShowcaseFlags) => await runShowcase(flags, context));
}

async function runShowcase(flags: ShowcaseFlags, context: CliContext): Promise<void> {
  const { backend, threads, seed } = flags;
  await getData(context);
  const results: { recipe: RecipeName; result: TrainRunResult }[] = [];
  for (const recipe of showcaseRecipes) {
    const config = resolveConfig({ recipe, settings: { seed } });
    const result = await trainOnceWatched({ config, backend, threads }, context);
    results.push({ recipe, result });
  }
  const asked = await predictOne(results[results.length - 1].result, flags, context);
  // The figures first: the report takes a while.
  if (!flags.json) context.out(`${asked.text}\n\n${resultsTable(results, context)}\n`);
  const report = await writeReport(
    results.map(({ result }) => result.run),
    flags,
    context,
  );
  if (flags.json) {
    const runs = results.map(({ recipe, result: { run, metrics } }) => ({
      recipe,
      run: run.path,
      published: recipes[recipe].published,
      testAccuracy: metrics.testAccuracy,
      testInterval: metrics.testInterval,
      weightsSha256: metrics.weightsSha256,
      seconds: metrics.seconds,
    }));
    printJson(context, 'showcase', { runs, prediction: asked.json, report });
    return;
  }
  for (const { result } of results)
    context.out(`${result.run.path}/  config, results.csv, metrics.json, weights`);
  context.out(`${report.path}  report of both networks: open it in a browser`);
  const { run } = results[results.length - 1].result;
  context.out(
    `\nNext:\n  npx couture predict ${run.name} PICTURE\n  npx couture evaluate ${run.name}\n  npx couture --help`,
  );
}

/** Everything from one command, on a machine that has nothing yet: whoever starts it asks for the data, too. */
async function getData(context: CliContext): Promise<void> {
  const { getDataset } = await import('../../platform/node/data/store.ts');
  const { onData, end } = dataView(context);
  const { signal, env } = context;
  await getDataset(defaultDataset.name, 'train', { signal, env, refresh: true, onProgress: onData }).finally(
    end,
  );
}

/** Both experiments side by side, in one file above the folder of runs. */
async function writeReport(
  runs: readonly Run[],
  { seed, backend, threads }: ShowcaseFlags,
  context: CliContext,
): Promise<WrittenReport> {
  const { reportRuns } = await import('../../platform/node/reports.ts');
  const out = join('runs', `showcase-seed${seed}.html`);
  const { end, ...watched } = inspectView(context, runs.length);
  try {
    return await reportRuns(runs, { out, backend, threads, ...watched });
  } finally {
    end();
  }
}

/** The first test image, as the last recipe sees it. */
async function predictOne(
  { run }: TrainRunResult,
  { backend, threads }: ShowcaseFlags,
  context: CliContext,
): Promise<{ text: string; json: Record<string, unknown> }> {
  const { loadSplit } = await import('../../platform/node/data/load-split.ts');
  const { load } = await import('../../platform/node/load.ts');
  const { onData, end } = dataView(context);
  const { signal, env } = context;
  const dataset = await loadSplit(run.config.data, 'test', { signal, env, onData });
  end();
  const model = await load(run, { backend, threads });
  try {
    const answer = await model.predict(imageAt(dataset, 0));
    const truth = dataset.info.classNames[dataset.labels[0]];
    const title = `\nTest image 0 is labeled ${truth}; ${run.name} predicts ${paint(context.color, 'bold', answer.label)}:`;
    const bars = probabilityBars(model.classNames, answer.probabilities, context);
    return { text: `${title}\n${bars}`, json: { run: run.path, testIndex: 0, truth, ...answer } };
  } finally {
    await model.dispose();
  }
}

function resultsTable(
  results: readonly { recipe: RecipeName; result: TrainRunResult }[],
  { color }: CliContext,
): string {
  return table(
    ['recipe', 'network', 'test accuracy', 'published', 'best epoch', 'training'],
    results.map(({ recipe, result: { run, metrics } }) => {
      const { published } = recipes[recipe];
      return [
        recipe,
        layerWidths(run.config.model).join('-'),
        paint(color, ['bold', 'green'], percent(metrics.testAccuracy)),
        published === null ? '' : percent(published),
        `${metrics.bestEpoch} of ${metrics.epochs}`,
        duration(metrics.seconds),
      ];
    }),
    ['left', 'left', 'right', 'right', 'right', 'right'],
  );
}

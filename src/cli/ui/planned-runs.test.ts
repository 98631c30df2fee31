import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resolveConfig } from '../../train/config.ts';
import { type RecipeName, recipes } from '../../train/recipes.ts';
import { plannedRuns } from './planned-runs.ts';

test('many runs are announced with their number and time', () => {
  const names = Object.keys(recipes) as RecipeName[];
  const all = names.flatMap((recipe) =>
    [1, 2, 3, 4, 5].map((seed) => resolveConfig({ recipe, settings: { seed } })),
  );
  assert.match(
    plannedRuns(all, '8 recipes with 5 seeds each'),
    /^40 runs: 8 recipes with 5 seeds each, about \d hours of training on two cores\. Finished /,
  );
  const { measured } = recipes.baseline;
  const [run] = all;
  const about = (settings: object): string | undefined =>
    /about (.*?) of/.exec(plannedRuns([{ ...run, settings: { ...run.settings, ...settings } }], 'one'))?.[1];
  assert.equal(about({}), `${Math.round(measured?.seconds ?? 0)} seconds`);
  // Twice the epochs take twice as long.
  assert.match(about({ epochs: run.settings.epochs * 20 }) ?? '', /^\d+ minutes$/);
  assert.doesNotMatch(plannedRuns([resolveConfig({})], 'one'), /about/);
  // The recipes were measured on other images.
  assert.doesNotMatch(plannedRuns([{ ...run, data: { ...run.data, name: 'photos' } }], 'one'), /about/);
});

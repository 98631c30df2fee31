import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildProgram } from '../../../model/program.ts';
import { inputOf, resolveConfig } from '../../../train/config.ts';
import type { RecipeName } from '../../../train/recipes.ts';
import { placeBatch, placeWeights } from '../places.ts';
import { launchesOf } from './program.ts';

/** Kernels of a training step of a recipe. */
function dispatches(recipe: RecipeName, rows: number, tailThreads: number): string[] {
  const config = resolveConfig({ recipe });
  const { average } = config.settings;
  const program = buildProgram(config.model, inputOf(config), { average: average > 0 });
  const weights = placeWeights(program.plan);
  const batch = placeBatch(program, rows, true);
  const setting = {
    program,
    weights,
    batch,
    rows,
    augmented: false,
    plain: false,
    subgroups: false,
    half: false,
    tailThreads,
  };
  return launchesOf(program.train, setting).map(({ kernel }) => kernel.name);
}

test('a step takes few dispatches: every one costs more than the arithmetic of a small layer', () => {
  assert.equal(dispatches('baseline', 64, 512).length, 3);
  assert.equal(dispatches('deeper', 64, 512).length, 3);
  assert.ok(dispatches('baseline', 64, 0).length <= 8);
  assert.ok(dispatches('deeper', 64, 0).length <= 16);
  assert.ok(dispatches('deeper', 4096, 512).length <= 16);
});

test('the last layers go into one kernel as far as they are plain and the batch is small', () => {
  // Norms in front of all but the last Linear.
  const names = dispatches('best-single', 256, 512);
  assert.equal(names.filter((name) => name.startsWith('forward')).length, 4);
  assert.equal(names.filter((name) => name.startsWith('tail')).length, 1);
  assert.ok(!dispatches('deeper', 513, 512).some((name) => name.startsWith('tail')));
});

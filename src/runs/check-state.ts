/** Checks that a checkpoint belongs to a config. */

import { CoutureError } from '../core/errors.ts';
import { heldOut } from '../data/split.ts';
import { planModel } from '../model/plan.ts';
import type { TrainState } from '../train/events.ts';
import type { RunConfig } from '../train/settings.ts';

/**
 * Compares the counters and the running averages of a checkpoint with the config.
 * @param name name of the file in messages
 * @throws CoutureError of kind `data` naming the first mismatch
 */
export function checkState(state: TrainState, config: RunConfig, name: string): void {
  const misfit = misfitOf(state, config);
  if (misfit === undefined) return;
  throw new CoutureError('data', `${name} is not a checkpoint of this config: ${misfit}.`, {
    hint: 'Restore the files that belong to this run, or train it again under another name.',
  });
}

function misfitOf(
  { epoch, step, losses, history, averages }: TrainState,
  { settings, data, model }: RunConfig,
): string | undefined {
  const { epochs, batchSize, validation, average, swa } = settings;
  if (epoch > epochs) return `it counts ${epoch} epochs, but the config has ${epochs}`;
  if (epoch === epochs && step > 0) return 'it counts steps after the last epoch';
  const row = history.findIndex((metrics, i) => metrics.epoch !== i + 1);
  if (row >= 0) return `row ${row + 1} of its history is for epoch ${history[row].epoch}`;
  const length = data.splits.train?.length;
  // What a run was begun with is known; a config by itself may not say.
  const images = length === undefined ? losses.length : length - heldOut(length, validation);
  const steps = Math.ceil(images / batchSize);
  // All steps of an epoch are done where its validation was interrupted.
  if (step > steps) return `it counts ${step} steps in the epoch, but an epoch has ${steps}`;
  const wanted = Math.min(step * batchSize, images);
  if (losses.length !== wanted)
    return `it has the losses of ${losses.length} images, but ${step} steps have ${wanted}`;
  const kept = planModel(model).parameters.filter(({ trained }) => trained || swa > 0);
  const lacking = kept.find(({ name: parameter }) => !averages?.has(parameter));
  if (average === 0 && swa === 0)
    return averages === undefined ? undefined : 'it has running averages, but the config keeps none';
  return lacking && `it lacks the running average of ${lacking.name}`;
}

/** Extends a finished run by more epochs. */

import { aNumber, checkArguments } from '../core/arguments.ts';
import { CoutureError } from '../core/errors.ts';
import { augmentedEpochs } from '../data/augment.ts';
import { aConfig, aHistory } from './argument-kinds.ts';
import { bestEpoch } from './best.ts';
import { checkSettings } from './check-settings.ts';
import type { EpochMetrics } from './events.ts';
import type { RunConfig, TrainSettings } from './settings.ts';

/**
 * The config for continuing a run to `epochs` epochs. The result has the same bits as a run that had that
 * many epochs from the start.
 * @param history the finished epochs of the run, if known
 * @throws CoutureError of kind `usage` that says why the run cannot continue
 */
export function extendConfig(
  config: RunConfig,
  epochs: number,
  history: readonly EpochMetrics[] = [],
): RunConfig {
  checkArguments('extendConfig', {
    config: [config, aConfig],
    epochs: [epochs, aNumber],
    history: [history, aHistory],
  });
  const { settings } = config;
  const reason = whyNot(settings, history);
  if (reason !== undefined) {
    throw new CoutureError('usage', `The run cannot continue to ${epochs} epochs: ${reason}.`, {
      hint: `Train again with --epochs ${epochs}.`,
    });
  }
  if (epochs <= settings.epochs) {
    throw new CoutureError(
      'usage',
      `The run already has ${settings.epochs} epochs, so it cannot continue to ${epochs}.`,
      { hint: `Give --epochs more than ${settings.epochs}.` },
    );
  }
  return { ...config, settings: checkSettings({ ...settings, epochs }) };
}

/**
 * The part of the run that depends on its number of epochs: with more epochs, the finished ones would have
 * been different.
 */
function whyNot(settings: TrainSettings, history: readonly EpochMetrics[]): string | undefined {
  const { epochs, schedule, warmup, swa, augmentUntil, patience, select } = settings;
  if (schedule !== 'constant') return `its schedule ${schedule} ends at epoch ${epochs}`;
  if (warmup > epochs) return `its warm-up of ${warmup} epochs was shortened to ${epochs}`;
  if (swa > 0) return `its weight averaging, swa ${swa}, begins at a share of ${epochs} epochs`;
  if (augmentUntil < 1 && augmentedEpochs({ ...settings, augmentUntil: 1 }) > 0)
    return `its augmentation ends at a share of ${epochs} epochs, augmentUntil ${augmentUntil}`;
  const best = bestEpoch(history, select)?.epoch ?? 0;
  if (patience > 0 && history.length > 0 && history.length - best >= patience)
    return `patience ${patience} stopped it after ${history.length} epochs`;
  return undefined;
}

/** The setting `freeze`: which layers of a network keep their weights, and what older files say. */

import { countUp } from '../core/count-up.ts';
import { CoutureError } from '../core/errors.ts';
import { planModel } from '../model/plan.ts';
import type { ProgramOptions } from '../model/program.ts';
import type { ModelSpec } from '../model/spec.ts';
import type { RunConfig } from './settings.ts';

/**
 * The numbers of the frozen layers, each once and ascending.
 * @throws CoutureError of kind `usage` when the network lacks such a layer, or no other layer is left
 */
export function checkFreeze(freeze: readonly number[], spec: ModelSpec): number[] {
  const layers = planModel(spec).layers.length;
  const frozen = [...new Set(freeze)].sort((a, b) => a - b);
  const stranger = frozen.find((number) => number > layers);
  if (stranger !== undefined)
    throw new CoutureError(
      'usage',
      `Invalid setting freeze: there is no layer ${stranger}, because the network has ${layers} layers.`,
      { hint: `Give numbers from 1 to ${layers}: layer 1 is fc1, with its norm.` },
    );
  if (frozen.length < layers) return frozen;
  throw new CoutureError(
    'usage',
    `Invalid setting freeze: it has all ${layers} layers, so nothing would be trained.`,
    { hint: 'Leave out at least one layer.' },
  );
}

/**
 * The frozen layers of a run, for its program. Those that were taken from a model have the statistics of its training, and
 * answer as they did there. A layer that starts at random has no statistics yet, and gathers them.
 */
export function frozenLayers({
  settings,
  model,
  initFrom,
}: Pick<RunConfig, 'settings' | 'model' | 'initFrom'>): Pick<ProgramOptions, 'frozen' | 'settled'> {
  const { layers } = planModel(model);
  const frozen = settings.freeze.map((number) => number - 1);
  return { frozen, settled: frozen.filter((layer) => initFrom?.layers.includes(layers[layer].name)) };
}

/** A config from a file; in older files, `freeze` is the number of frozen layers, from the input on. */
export function withFreezeListed(config: unknown): unknown {
  if (typeof config !== 'object' || config === null || !('settings' in config)) return config;
  const { settings } = config;
  if (typeof settings !== 'object' || settings === null || !('freeze' in settings)) return config;
  const { freeze } = settings;
  const isCount = Number.isInteger(freeze) && Number(freeze) >= 0 && Number(freeze) <= 64;
  if (!isCount) return config;
  const listed = Array.from(countUp(Number(freeze)), (layer) => layer + 1);
  return { ...config, settings: { ...settings, freeze: listed } };
}

/** `freeze` as older files have it, so that the digests of their configs hold: a count where that says the same. */
export function freezeInDigest(freeze: readonly number[]): number | readonly number[] {
  return freeze.every((number, i) => number === i + 1) ? freeze.length : freeze;
}

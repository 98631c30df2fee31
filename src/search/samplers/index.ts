/** The samplers by name. */

import { sampleRandom } from './random.ts';
import type { Sampler } from './sampler.ts';
import { sampleSobol } from './sobol.ts';
import { tpe } from './tpe.ts';

/** Names of the samplers. */
export const samplerNames = ['tpe', 'sobol', 'random'] as const;

/** A sampler by name. */
export type SamplerName = (typeof samplerNames)[number];

/** The samplers with their default options. */
export const samplers: Readonly<Record<SamplerName, Sampler>> = {
  tpe: tpe(),
  sobol: sampleSobol,
  random: sampleRandom,
};

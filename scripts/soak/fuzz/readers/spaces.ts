/** Files of search spaces, as `couture tune --space` reads them. */

import { CoutureError } from '../../../../src/core/errors.ts';
import { parseJson } from '../../../../src/core/json.ts';
import { decodeText } from '../../../../src/core/text.ts';
import { samplerNames, samplers } from '../../../../src/search/samplers/index.ts';
import { checkSettingsSpace, trialConfig } from '../../../../src/search/settings-space.ts';
import type { Space } from '../../../../src/search/space.ts';
import type { Trial as SearchTrial } from '../../../../src/search/trial.ts';
import { unitOf, valueAt } from '../../../../src/search/units.ts';
import type { Draw } from '../draw.ts';
import { type Json, jsonReader } from '../json.ts';
import { must } from '../reader.ts';

const request = { recipe: 'baseline' } as const;

/** Trials for which each sampler is asked: TPE models the first ones from the eleventh on. */
const TRIALS = 13;

function someSpace(draw: Draw): Json {
  const wide = () => ({
    type: 'int',
    low: draw.between(1, 32),
    high: draw.between(33, 512),
    log: draw.chance(0.5),
  });
  const all: Record<string, () => Json> = {
    'hidden[0]': wide,
    epochs: () => ({ type: 'int', low: 1, high: 9, ...(draw.chance(0.5) && { step: draw.between(1, 4) }) }),
    learningRate: () => ({ type: 'float', low: 1e-4, high: draw.pick([0.01, 0.1]), log: true }),
    labelSmoothing: () => ({ type: 'float', low: 0, high: 0.2, ...(draw.chance(0.5) && { step: 0.05 }) }),
    batchSize: () => ({ type: 'categorical', choices: [16, 32, 64] }),
    optimizer: () => ({ type: 'categorical', choices: ['adam', 'lion', 'sgd'] }),
    flip: () => ({ type: 'categorical', choices: [true, false] }),
  };
  const chosen = Object.entries(all).filter(() => draw.chance(0.6));
  const flip = { type: 'categorical', choices: [true, false] };
  const space: Record<string, Json> = chosen.length === 0 ? { flip } : {};
  for (const [key, make] of chosen) space[key] = make();
  if (!('hidden[0]' in space)) return space;
  const condition = draw.pick<Json>([[2], { min: 2 }, { min: 2, max: 3 }]);
  return {
    $layers: { type: 'int', low: 1, high: 2 },
    ...space,
    'hidden[1]': { ...wide(), when: { $layers: condition } },
  };
}

/** @throws Wrong where a sampler leaves the space, or a value does not come back from its place */
function sampleAll(space: Space): void {
  for (const name of samplerNames) {
    const trials: SearchTrial[] = [];
    for (let number = 0; number < TRIALS; number++) {
      const values = samplers[name]({ space, direction: 'minimize', seed: 1, number, trials });
      for (const [key, value] of Object.entries(values)) {
        const parameter = space[key];
        const again = valueAt(parameter, unitOf(parameter, value));
        const isNear =
          typeof value === 'number' && typeof again === 'number'
            ? Math.abs(again - value) <= 1e-9 * Math.max(1, Math.abs(value))
            : JSON.stringify(again) === JSON.stringify(value);
        must(isNear, `${key} is ${JSON.stringify(value)}, and ${JSON.stringify(again)} at its place`);
        if (parameter.type !== 'categorical')
          must(Number(value) >= parameter.low && Number(value) <= parameter.high, `${key} is out of range`);
      }
      try {
        trialConfig(request, values);
      } catch (error) {
        // Rare combinations of settings may exclude each other.
        if (!(error instanceof CoutureError)) throw error;
      }
      trials.push({ number, values, state: 'complete', value: number % 5, reports: [] });
    }
  }
}

export const spaces = jsonReader<Space>({
  name: 'search spaces',
  weight: 2,
  make: someSpace,
  read: (bytes) =>
    checkSettingsSpace(parseJson(decodeText(bytes, 'the space', 'usage'), 'the space', 'usage'), request),
  sound(space) {
    sampleAll(space);
    const again = checkSettingsSpace(JSON.parse(JSON.stringify(space)), request);
    must(
      JSON.stringify(again) === JSON.stringify(space),
      'what was read is read otherwise when it is written again',
    );
  },
});

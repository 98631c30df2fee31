/** How an export stores the weights, and what the model reaches with them, as a sentence for the user. */

import { count, percent } from '../../core/format.ts';
import { takeTensor } from '../../model/network.ts';
import { planModel } from '../../model/plan.ts';
import type { ExportModel } from './export-model.ts';
import { packWeights } from './packed-weights.ts';

const FLOAT32_BYTES = 4;

/** Sentences about weights that are stored as int8 or float16 without a change of their values; none for float32. */
export function storageNotes({ members, test }: Pick<ExportModel, 'members' | 'test'>): string[] {
  const packed = members.map(({ spec, weights }) => {
    const named = planModel(spec).parameters.map(({ name, shape }) => ({
      ...{ name, shape },
      values: takeTensor(weights, name),
    }));
    return packWeights(named, false);
  });
  const tensors = packed.flatMap((each) => each.tensors);
  const types = (['int8', 'float16'] as const).filter((type) =>
    tensors.some((tensor) => tensor.type === type),
  );
  if (types.length === 0) return [];
  const bytes = packed.reduce((sum, each) => sum + each.bytes.length, 0);
  const whole = tensors.reduce((sum, { length }) => sum + length * FLOAT32_BYTES, 0);
  const size = `The matrices are stored as ${types.join(' and ')}: the weights take ${count(bytes)} bytes, and as float32 ${count(whole)}.`;
  if (test === null) return [size];
  return [
    size,
    `No value changes, so the accuracy is that of the model: ${percent(test.accuracy, 2)} of ${count(test.images)} test images.`,
  ];
}

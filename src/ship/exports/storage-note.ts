/** How an export stores the weights, and what the model reaches with them, as a sentence for the user. */

import { count, percent } from '../../core/format.ts';
import type { TestFigures } from './export-model.ts';
import type { PackedWeights } from './packed-weights.ts';

const FLOAT32_BYTES = 4;

/**
 * Sentences about weights that are stored as int8 or float16 without a change of their values; none for float32.
 * @param packed the packed tensors of all networks
 */
export function storageNotes(packed: readonly PackedWeights[], test: TestFigures | null): string[] {
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

/**
 * Storage of parameters in a model file. Matrices take most of the space and use the precision of the file;
 * vectors (biases, norms, the scales of int8 rows) stay float32.
 */

import { CoutureError } from '../core/errors.ts';
import { type TensorMap, takeTensor } from '../model/network.ts';
import type { ParameterSpec } from '../model/plan.ts';
import { decodeFloat16, encodeFloat16 } from './float16.ts';
import { BLOCK, quantizeRows, restoreRows } from './int8.ts';
import { type StoredTensor, type TensorType, tensorType } from './safetensors.ts';

/** Storage formats of matrices. */
export const precisions = ['float32', 'float16', 'int8', 'int8-blocks'] as const;
/** A format in which a model file stores matrices. */
export type Precision = (typeof precisions)[number];

/** The required tensor of a name. */
interface Expected {
  readonly name: string;
  readonly shape: readonly number[];
  readonly type: TensorType;
}

const matrixTypes: Readonly<Record<Precision, TensorType>> = {
  float32: 'F32',
  float16: 'F16',
  int8: 'I8',
  'int8-blocks': 'I8',
};

/** Number of weights of a row that share a scale; undefined without scales. */
function blockOf(precision: Precision, columns: number): number | undefined {
  if (precision === 'int8') return columns;
  return precision === 'int8-blocks' ? Math.min(BLOCK, columns) : undefined;
}

/** Name of the scales of an int8 matrix. */
const scalesOf = (name: string): string => `${name}.scale`;

/** A scale for each row, or for each block of each. */
function scaleShape([rows, columns]: readonly number[], block: number): number[] {
  return block === columns ? [rows] : [rows, Math.ceil(columns / block)];
}

/** The tensors of a parameter in a file. */
function expectedOf({ name, shape }: ParameterSpec, precision: Precision): Expected[] {
  if (shape.length < 2) return [{ name, shape, type: 'F32' }];
  const matrix: Expected = { name, shape, type: matrixTypes[precision] };
  const block = blockOf(precision, shape[1]);
  if (block === undefined) return [matrix];
  return [matrix, { name: scalesOf(name), shape: scaleShape(shape, block), type: 'F32' }];
}

/**
 * The parameters as they are stored.
 * @param prefix prefix of every name
 * @throws CoutureError of kind `usage` when a parameter is missing, not finite or too large for float16
 */
export function storeParameters(
  parameters: readonly ParameterSpec[],
  weights: TensorMap,
  precision: Precision,
  prefix = '',
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  for (const { name, shape } of parameters) {
    const data = takeTensor(weights, name);
    const key = prefix + name;
    const lost = data.find((value) => !Number.isFinite(value));
    if (lost !== undefined)
      throw new CoutureError('usage', `${key} contains ${lost}, but all weights must be finite.`);
    if (shape.length < 2 || precision === 'float32') tensors.set(key, { shape, data });
    else if (precision === 'float16') tensors.set(key, { shape, data: toHalves(data, name) });
    else {
      const block = blockOf(precision, shape[1]) ?? shape[1];
      const { values, scales } = quantizeRows(data, shape[1], block);
      tensors.set(key, { shape, data: values });
      tensors.set(scalesOf(key), { shape: scaleShape(shape, block), data: scales });
    }
  }
  return tensors;
}

function toHalves(data: Float32Array, name: string): Uint16Array {
  const halves = encodeFloat16(data);
  const lost = decodeFloat16(halves).findIndex((value) => !Number.isFinite(value));
  if (lost < 0) return halves;
  throw new CoutureError('usage', `${data[lost]}, a weight of ${name}, is too large for float16.`, {
    hint: 'Use --precision float32 or int8.',
  });
}

/**
 * The float32 weights of a network from the tensors of a file, each checked.
 * @param file name of the file in messages
 * @param prefix prefix of every name
 * @throws CoutureError of kind `data` naming a tensor that is missing, has another type or shape, or is not
 * finite
 */
export function restoreParameters(
  parameters: readonly ParameterSpec[],
  tensors: ReadonlyMap<string, StoredTensor>,
  precision: Precision,
  { file, prefix = '' }: { readonly file: string; readonly prefix?: string },
): Map<string, Float32Array> {
  const weights = new Map<string, Float32Array>();
  for (const parameter of parameters) {
    const { name, shape } = parameter;
    for (const expected of expectedOf(parameter, precision)) checkStored(tensors, expected, { file, prefix });
    const restored = restore(tensors, prefix + name, shape, { precision, file });
    if (!restored.every(Number.isFinite))
      throw new CoutureError(
        'data',
        `${file}: tensor "${prefix + name}" contains values that are not finite.`,
      );
    if (parameter.part === 'runningVariance' && restored.some((value) => value < 0))
      throw new CoutureError('data', `${file}: tensor "${prefix + name}" contains a variance below 0.`);
    weights.set(name, restored);
  }
  return weights;
}

/** The values of a parameter whose tensors have the right types and shapes. */
function restore(
  tensors: ReadonlyMap<string, StoredTensor>,
  key: string,
  shape: readonly number[],
  { precision, file }: { readonly precision: Precision; readonly file: string },
): Float32Array {
  const { data } = tensors.get(key)!;
  if (data instanceof Float32Array) return data;
  if (data instanceof Uint16Array) return decodeFloat16(data);
  const scales = Float32Array.from(tensors.get(scalesOf(key))!.data);
  if (!scales.every((scale) => scale > 0 && Number.isFinite(scale)))
    throw new CoutureError(
      'data',
      `${file}: tensor "${scalesOf(key)}" contains a scale that is not above 0.`,
    );
  return restoreRows({ values: data, scales }, shape[1], blockOf(precision, shape[1]));
}

/** The names of all tensors of these parameters. */
export function storedNames(
  parameters: readonly ParameterSpec[],
  precision: Precision,
  prefix = '',
): string[] {
  return parameters.flatMap((parameter) => expectedOf(parameter, precision).map(({ name }) => prefix + name));
}

function checkStored(
  tensors: ReadonlyMap<string, StoredTensor>,
  { name, shape, type }: Expected,
  { file, prefix }: { readonly file: string; readonly prefix: string },
): void {
  const key = prefix + name;
  const tensor = tensors.get(key);
  if (tensor === undefined) throw new CoutureError('data', `${file} lacks the tensor "${key}".`);
  const found = tensorType(tensor);
  if (found === type && tensor.shape.join() === shape.join()) return;
  throw new CoutureError(
    'data',
    `${file}: tensor "${key}" is ${found} [${tensor.shape.join(', ')}], but the model needs ${type} [${shape.join(', ')}].`,
  );
}

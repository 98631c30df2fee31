/** A network as nodes of ONNX: from the scaled inputs [N, values] to its last outputs [N, classes]. */

import type { Activation, DenseLayer } from '../../model/dense-layer.ts';
import type { Network } from '../../model/network.ts';
import { NORM_EPSILON } from '../../model/norm-epsilon.ts';
import { type ParameterSpec, planModel, type TensorPart } from '../../model/plan.ts';
import { namedTensors } from './named-tensors.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { type PackedWeights, packWeights } from './packed-weights.ts';

const EPSILON = { float: NORM_EPSILON };

/** The packed tensors of a network by their names, each alone. */
export type PackedByName = ReadonlyMap<string, PackedWeights>;

/** Packs the tensors of a network in the smallest types that give back their exact values. */
export function packEach(network: Network): PackedByName {
  return new Map(namedTensors(network).map((tensor) => [tensor.name, packWeights([tensor], false)]));
}

/** Where a network goes. */
interface Place {
  /** Name of its input. */
  readonly x: string;
  /** Prefix of the names of its constants. */
  readonly prefix: string;
}

/**
 * Adds a network.
 * @returns name of its output, before log_softmax
 */
export function addNetwork(
  graph: OnnxGraph,
  { spec }: Pick<Network, 'spec'>,
  packed: PackedByName,
  { x, prefix }: Place,
): string {
  const { layers, parameters } = planModel(spec);
  const outputs: string[] = [];
  const names = new Map<string, string>();
  const tensor = (layer: number, part: TensorPart): string => {
    const parameter = parameters.find((each) => each.layer === layer && each.part === part);
    if (parameter === undefined) throw new Error(`Layer ${layer} has no ${part}.`);
    const known = names.get(parameter.name);
    if (known !== undefined) return known;
    const added = addTensor(graph, parameter, packed.get(parameter.name), prefix);
    names.set(parameter.name, added);
    return added;
  };
  for (const [index, layer] of layers.entries()) {
    const input = index === 0 ? x : outputs[index - 1];
    const linear = (from: string): string =>
      graph.node('Gemm', [from, tensor(index, 'weight'), tensor(index, 'bias')], { transB: 1 });
    const norm = (from: string): string => addNorm(graph, layer, from, (part) => tensor(index, part));
    const product = layer.preNorm ? linear(norm(input)) : norm(linear(input));
    const active = activate(graph, layer.activation, product);
    outputs.push(layer.skip === undefined ? active : graph.node('Add', [active, outputs[layer.skip]]));
  }
  return outputs[outputs.length - 1];
}

/**
 * A constant in the smallest type that gives back its exact values: int8 with scales, float16, or float32.
 * @returns the name of its float32 values
 */
function addTensor(
  graph: OnnxGraph,
  { name, shape }: ParameterSpec,
  packed: PackedWeights | undefined,
  prefix: string,
): string {
  const key = prefix + name;
  if (packed === undefined) throw new Error(`The tensor ${name} is not packed.`);
  const { tensors, bytes } = packed;
  const [{ type, length, columns = 0, block = 0 }] = tensors;
  if (type === 'float16') {
    const halves = graph.constant(`${key}.float16`, 'float16', shape, bytes);
    return graph.node('Cast', [halves], { to: 1 }, key);
  }
  if (type === 'int8') return addQuantized(graph, key, bytes, { columns, block, length });
  return graph.constant(key, 'float32', shape, bytes);
}

/** A matrix of int8 with a scale for each row, or for each block of a row; the last block is filled up with 0 and cut off again. */
function addQuantized(
  graph: OnnxGraph,
  key: string,
  bytes: Uint8Array,
  { columns, block, length }: { readonly columns: number; readonly block: number; readonly length: number },
): string {
  const rows = length / columns;
  const blocks = Math.ceil(columns / block);
  const scales = bytes.slice(0, rows * blocks * 4);
  const given = bytes.subarray(scales.length);
  const filled = new Uint8Array(rows * blocks * block);
  for (let row = 0; row < rows; row++)
    filled.set(given.subarray(row * columns, (row + 1) * columns), row * blocks * block);
  const scale = graph.constant(`${key}.scale`, 'float32', [rows * blocks], scales);
  const whole = graph.constant(`${key}.int8`, 'int8', [rows * blocks, block], filled);
  if (blocks === 1) return graph.node('DequantizeLinear', [whole, scale], { axis: 0 }, key);
  const restored = graph.node('DequantizeLinear', [whole, scale], { axis: 0 });
  const matrix = graph.node('Reshape', [restored, graph.integers([rows, blocks * block])]);
  const place = [[0], [columns], [1]].map((each) => graph.integers(each));
  return graph.node('Slice', [matrix, ...place], {}, key);
}

function addNorm(
  graph: OnnxGraph,
  { norm }: DenseLayer,
  x: string,
  of: (part: TensorPart) => string,
): string {
  if (norm === 'none') return x;
  if (norm === 'layer')
    return graph.node('LayerNormalization', [x, of('scale'), of('shift')], { axis: -1, epsilon: EPSILON });
  const inputs = [x, of('scale'), of('shift'), of('runningMean'), of('runningVariance')];
  return graph.node('BatchNormalization', inputs, { epsilon: EPSILON });
}

function activate(graph: OnnxGraph, activation: Activation, x: string): string {
  const number = (value: number): string => graph.floats(`float_${value}`, [], [value]);
  switch (activation) {
    case 'none':
      return x;
    case 'relu':
      return graph.node('Relu', [x]);
    case 'leakyRelu':
      return graph.node('LeakyRelu', [x], { alpha: { float: 0.01 } });
    case 'gelu': {
      const erf = graph.node('Erf', [graph.node('Mul', [x, number(Math.SQRT1_2)])]);
      return graph.node('Mul', [graph.node('Mul', [x, number(0.5)]), graph.node('Add', [erf, number(1)])]);
    }
    case 'silu':
      return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
    case 'root': {
      const above = graph.node('Add', [graph.node('Relu', [x]), number(1)]);
      return graph.node('Sub', [graph.node('Sqrt', [above]), number(1)]);
    }
  }
}

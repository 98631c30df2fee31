/** Starts a training with the weights of another network: all of its layers, or all but the last for other classes. */

import { CoutureError } from '../core/errors.ts';
import type { DatasetInfo } from '../data/dataset-info.ts';
import { describeShape, sameShape } from '../data/image-shape.ts';
import type { PixelScaling } from '../data/preprocessing.ts';
import { type Network, type TensorMap, takeTensor } from '../model/network.ts';
import { planModel } from '../model/plan.ts';
import { checkModelSpec, linear, type ModelSpec } from '../model/spec.ts';

/** A trained network and its classes. */
export interface Origin extends Network {
  readonly classNames: readonly string[];
}

/** The network of a training that starts with another one. */
export interface Start {
  /** The network of the origin, with a new last layer if the classes differ. */
  readonly model: ModelSpec;
  /** The layers whose weights are taken: `fc1`, `fc2`. */
  readonly layers: readonly string[];
  /** The layers with random weights: the last one for other classes, otherwise none. */
  readonly fresh: readonly string[];
  /** How the origin scales pixels. Its weights need the same. */
  readonly pixels: PixelScaling;
}

/**
 * The network that continues `origin` on a data set.
 * @throws CoutureError of kind `usage` when the images have another shape, or no layer can be taken
 */
export function startFrom({ spec, input, classNames }: Origin, data: DatasetInfo): Start {
  if (!sameShape(input.shape, data.shape))
    throw new CoutureError(
      'usage',
      `The model takes images of ${describeShape(input.shape)}, but those of ${data.name} are ${describeShape(data.shape)}.`,
      { hint: 'Give images of that shape: couture data import PATH --size N' },
    );
  const isSame = JSON.stringify(classNames) === JSON.stringify(data.classNames);
  const names = planModel(spec).layers.map(({ name }) => name);
  const layers = isSame ? names : names.slice(0, -1);
  if (layers.length === 0)
    throw new CoutureError(
      'usage',
      `The model has one layer and other classes than ${data.name}, so no layer can be taken from it.`,
      { hint: 'Start with random weights, or with a model of more layers.' },
    );
  const model = isSame ? spec : withClasses(spec, data.classNames.length);
  return { model, layers, fresh: names.slice(layers.length), pixels: input.pixels };
}

/** The same network with another number of classes. */
function withClasses({ layers }: ModelSpec, classes: number): ModelSpec {
  const last = layers.findLastIndex(({ type }) => type === 'Linear');
  return checkModelSpec({
    layers: layers.map((layer, i) =>
      i === last && layer.type === 'Linear' ? linear(layer.in, classes) : layer,
    ),
  });
}

/** The tensors of some layers, with those of their norms. */
export function tensorsOfLayers(
  spec: ModelSpec,
  weights: TensorMap,
  layers: readonly string[],
): Map<string, Float32Array> {
  const plan = planModel(spec);
  return new Map(
    plan.parameters
      .filter(({ layer }) => layers.includes(plan.layers[layer].name))
      .map(({ name }) => [name, takeTensor(weights, name)]),
  );
}

/** One picture on its way through a network: the outputs of every layer. */

import { summarize } from 'couture/model';
import type { ModelChoice, Picture } from '../protocol.ts';
import type { SeeRequests, Walk, WalkedLayer } from '../protocol-see.ts';
import { type Inner, type Ready, withModel } from './models.ts';
import { prepared } from './predict.ts';
import { filterTiles } from './tiles.ts';

/** Units that are named as the strongest of a layer. */
const STRONGEST = 12;

/** A Linear of a network, with its norm, activation and what is added. */
export interface Linear {
  /** fc1, fc2, … */
  readonly name: string;
  readonly inputs: number;
  readonly units: number;
  /** Whether a norm is between the layer before and the weights. */
  readonly normsInput: boolean;
  readonly words: string;
}

const known = new WeakMap<Inner['spec'], readonly Linear[]>();

/** The Linears of a network in order. */
export function linearsOf(spec: Inner['spec']): readonly Linear[] {
  const earlier = known.get(spec);
  if (earlier !== undefined) return earlier;
  const linears: Linear[] = [];
  const groups = Map.groupBy(summarize(spec).layers, ({ linear }) => linear);
  for (const [, layers] of [...groups].sort(([a], [b]) => a - b)) {
    const place = layers.findIndex(({ type }) => type === 'Linear');
    const { name, detail, outputs } = layers[place];
    const parts = layers.map((layer) => {
      if (layer.type === 'Linear' || layer.type === 'Residual') return layer.detail;
      return layer.type === 'Dropout' || layer.type === 'LogSoftmax' ? '' : layer.type;
    });
    linears.push({
      name,
      units: outputs,
      inputs: Number.parseInt(detail, 10),
      normsInput: place > 0,
      words: parts.filter((part) => part !== '').join(', '),
    });
  }
  known.set(spec, linears);
  return linears;
}

/** The outputs of every layer for a picture. */
export async function walk(choice: ModelChoice, picture: Picture): Promise<Walk> {
  return await withModel(choice, async (model) => await walkThrough(model, picture));
}

async function walkThrough({ name, predictor, inner, info }: Ready, picture: Picture): Promise<Walk> {
  const { pixels, truth } = await prepared(picture, info);
  const { probabilities } = await predictor.predict(pixels);
  const layers: WalkedLayer[] = [];
  for (const [layer, { name, words }] of linearsOf(inner.spec).entries()) {
    const values = await inner.classifier.activations(pixels, { layer });
    layers.push({ name, words, values, strongest: strongestOf(values) });
  }
  const { classNames, shape } = info;
  return { model: name, classNames, shape, pixels, layers, probabilities, truth };
}

/** The units with the largest values above 0, largest first. */
function strongestOf(values: Float32Array): number[] {
  const active = [...values.keys()].filter((unit) => values[unit] > 0);
  return active.sort((a, b) => values[b] - values[a] || a - b).slice(0, STRONGEST);
}

/** First-layer weights of some units as images; null where they have no place in the image. */
export async function filtersOf(
  choice: ModelChoice,
  units: readonly number[],
): Promise<SeeRequests['filters']['answer']> {
  return await withModel(
    choice,
    async ({ inner, info }) => await filterTiles(inner.weights, info.shape, units),
  );
}

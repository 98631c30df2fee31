/** Units: their weights, and the test images for which their outputs are largest. */

import { CoutureError } from '@couture/core';
import type { Dataset } from 'couture/data';
import { imageSize } from 'couture/data';
import type { SeeRequests, Unit, UnitInput } from '../protocol-see.ts';
import { currentSet } from './data.ts';
import { linearsOf } from './layers.ts';
import { type Ready, withModel } from './models.ts';
import { prepared } from './predict.ts';
import { tilesOf } from './tiles.ts';

/** Images that are kept for each unit. */
const KEPT = 24;
/** Images whose outputs are computed in one call: a prediction waits for no more than that. */
const IMAGES_AT_ONCE = 512;
/** Inputs that are named. */
const INPUTS = 6;

/** The most exciting images of every unit of a layer. */
interface Excitement {
  /** [units, KEPT], largest output first. */
  readonly images: Uint32Array;
  readonly values: Float32Array;
  /** Images with an output above 0, by unit. */
  readonly active: Uint32Array;
  /** [units, classes]: mean of the outputs above 0 over the images of each class. */
  readonly byClass: Float64Array;
  readonly kept: number;
}

const found = new WeakMap<Ready, Map<string, Promise<Excitement>>>();
/** Sets get a number, so that a layer can be known by one. */
const numbers = new WeakMap<Dataset, number>();
let lastNumber = 0;

/**
 * A unit of a layer.
 * @throws CoutureError of kind `usage` when there is no such unit
 */
export async function unitOf(ask: SeeRequests['unit']['ask']): Promise<Unit> {
  return await withModel(ask.model, async (model) => await unitIn(model, ask));
}

async function unitIn(model: Ready, ask: SeeRequests['unit']['ask']): Promise<Unit> {
  const { layer, unit } = ask;
  const linears = linearsOf(model.inner.spec);
  const linear = linears[layer];
  if (linear === undefined || !(unit >= 0 && unit < linear.units))
    throw new CoutureError('usage', `There is no unit ${unit} in layer ${layer + 1} of ${model.name}.`);
  const { name, inputs } = linear;
  const all = model.inner.weights.get(`${name}.weight`);
  if (all === undefined) throw new Error(`${name} has no weights.`);
  const weights = all.slice(unit * inputs, (unit + 1) * inputs);
  const set = currentSet().sets.test;
  const { images, values, active, byClass, kept } = await excitementOf(model, layer, set);
  const most = Math.min(ask.images, kept);
  const shown = Array.from({ length: most }, (_, i) => i).filter((i) => values[unit * kept + i] > 0);
  const places = Uint32Array.from(shown, (i) => images[unit * kept + i]);
  return {
    ...(await tilesOf(set, places, Math.max(1, most))),
    ...{ layer, unit, weights },
    values: shown.map((i) => values[unit * kept + i]),
    active: active[unit] / Math.max(1, set.length),
    favored: favoredOf(byClass, unit, set.info.classNames.length),
    inputs: layer === 0 || linear.normsInput ? [] : await inputsOf(ask, model, weights),
  };
}

/** The class with the largest mean output. */
function favoredOf(means: Float64Array, unit: number, classes: number): Unit['favored'] {
  const own = [...means.subarray(unit * classes, (unit + 1) * classes)];
  const total = own.reduce((sum, mean) => sum + mean, 0);
  if (total === 0) return undefined;
  const label = own.indexOf(Math.max(...own));
  return { label, share: own[label] / total };
}

/** The inputs of a unit with the largest effects on its value for the picture. */
async function inputsOf(
  { picture, layer }: SeeRequests['unit']['ask'],
  { inner, info }: Ready,
  weights: Float32Array,
): Promise<UnitInput[]> {
  const { pixels } = await prepared(picture, info);
  const before = await inner.classifier.activations(pixels, { layer: layer - 1 });
  const effects = weights.map((weight, place) => weight * before[place]);
  const places = [...effects.keys()].filter((place) => effects[place] !== 0);
  return places
    .sort((a, b) => Math.abs(effects[b]) - Math.abs(effects[a]) || a - b)
    .slice(0, INPUTS)
    .map((place) => ({ place, effect: effects[place] }));
}

/** Of all units of a layer at once: one unit would take as long. */
async function excitementOf(model: Ready, layer: number, set: Dataset): Promise<Excitement> {
  if (!numbers.has(set)) numbers.set(set, ++lastNumber);
  const ofModel = found.get(model) ?? new Map<string, Promise<Excitement>>();
  found.set(model, ofModel);
  const key = `${layer} ${numbers.get(set)}`;
  const earlier = ofModel.get(key);
  if (earlier !== undefined) return await earlier;
  const measured = measure(model, layer, set);
  ofModel.set(key, measured);
  measured.catch(() => ofModel.delete(key));
  return await measured;
}

async function measure({ inner, info }: Ready, layer: number, set: Dataset): Promise<Excitement> {
  const size = imageSize(info.shape);
  const classes = set.info.classNames.length;
  if (imageSize(set.info.shape) !== size)
    throw new CoutureError('usage', 'This model takes images of another size than those of the data set.', {
      hint: 'Choose a model that was trained on this data set.',
    });
  const { units } = linearsOf(inner.spec)[layer];
  const kept = Math.min(KEPT, set.length);
  const images = new Uint32Array(units * kept);
  const values = new Float32Array(units * kept).fill(Number.NEGATIVE_INFINITY);
  const active = new Uint32Array(units);
  const byClass = new Float64Array(units * classes);
  for (let start = 0; start < set.length; start += IMAGES_AT_ONCE) {
    const end = Math.min(start + IMAGES_AT_ONCE, set.length);
    const outputs = await inner.classifier.activations(set.images.subarray(start * size, end * size), {
      layer,
    });
    for (let i = 0; i < outputs.length; i++) {
      const value = outputs[i];
      const unit = i % units;
      const image = start + (i - unit) / units;
      if (value > 0) {
        active[unit] += 1;
        byClass[unit * classes + set.labels[image]] += value;
      }
      if (value > values[(unit + 1) * kept - 1]) insert(values, images, unit * kept, kept, value, image);
    }
  }
  const counts = new Float64Array(classes);
  for (const label of set.labels) counts[label] += 1;
  byClass.forEach((sum, i) => {
    byClass[i] = sum / Math.max(1, counts[i % classes]);
  });
  return { images, values, active, byClass, kept };
}

/** Puts an image into its place among the largest of a unit. */
function insert(
  values: Float32Array,
  images: Uint32Array,
  from: number,
  kept: number,
  value: number,
  image: number,
): void {
  let place = from + kept - 1;
  for (; place > from && values[place - 1] < value; place--) {
    values[place] = values[place - 1];
    images[place] = images[place - 1];
  }
  values[place] = value;
  images[place] = image;
}

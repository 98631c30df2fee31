/** A model on the test images: its figures, the images of a cell of its matrix, and its worst mistakes. */

import { CoutureError } from '@couture/core';
import type { Dataset } from 'couture/data';
import { evaluateLogProbabilities, findTopLosses } from 'couture/inspect';
import type { Judged, ModelChoice, Tiles } from '../protocol.ts';
import type { TopLosses } from '../protocol-see.ts';
import { requireClassesOf } from './classes.ts';
import { currentSet } from './data.ts';
import { type Ready, withModel } from './models.ts';
import { tilesOf } from './tiles.ts';

/** Predictions for every test image. */
export interface Verdicts {
  readonly model: Ready;
  readonly set: Dataset;
  readonly logProbabilities: Float32Array;
  readonly predicted: Uint16Array;
}

/** Of the last model that was asked for them. */
let last: Verdicts | undefined;
/** Of the last evaluation. */
let judged: Verdicts | undefined;

/** A model's predictions for the test images at hand. They are kept until another model is asked. */
export async function verdictsOf(model: Ready, signal?: AbortSignal): Promise<Verdicts> {
  const set = currentSet().sets.test;
  if (last?.model === model && last.set === set) return last;
  const { predictor, name, info } = model;
  requireClassesOf({ name, ...info }, set.info);
  const logProbabilities = await predictor.logProbabilities(set.images, { signal });
  const classes = predictor.classNames.length;
  const predicted = new Uint16Array(set.length);
  for (let i = 0; i < set.length; i++) {
    for (let c = 1; c < classes; c++)
      if (logProbabilities[i * classes + c] > logProbabilities[i * classes + predicted[i]]) predicted[i] = c;
  }
  last = { model, set, logProbabilities, predicted };
  return last;
}

/** A model on the test images of the data set at hand. */
export async function evaluate(choice: ModelChoice): Promise<Judged> {
  const verdicts = await withModel(choice, async (model) => await verdictsOf(model));
  const { model, set, logProbabilities } = verdicts;
  const { name, predictor } = model;
  const evaluation = evaluateLogProbabilities(logProbabilities, set.labels, predictor.classNames);
  judged = verdicts;
  return { model: name, evaluation };
}

function lastJudged(): Verdicts {
  if (judged !== undefined) return judged;
  throw new CoutureError('usage', 'No model has been evaluated yet.', { hint: 'Press Evaluate.' });
}

/** Images of a cell of the last evaluation's matrix. */
export async function cell(
  actual: number,
  predicted: number,
  columns: number,
  most: number,
): Promise<Tiles & { readonly total: number }> {
  const { set, predicted: all } = lastJudged();
  const places: number[] = [];
  all.forEach((label, place) => {
    if (label === predicted && set.labels[place] === actual) places.push(place);
  });
  const shown = Uint32Array.from(places.slice(0, most));
  return { ...(await tilesOf(set, shown, columns)), total: places.length };
}

/** The misclassified images of the last evaluation with the largest loss. */
export async function topLosses(most: number): Promise<TopLosses> {
  const { set, logProbabilities } = lastJudged();
  const losses = findTopLosses(set, logProbabilities, most);
  const places = Uint32Array.from(losses, ({ index }) => index);
  const { shape, classNames } = set.info;
  return { ...(await tilesOf(set, places, most)), losses, shape, classNames };
}

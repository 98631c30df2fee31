/**
 * Training images that are most like a picture: by the activations of the last hidden layer, which is how the network
 * sees them, or by their pixels while the network still changes.
 */

import { type Dataset, imageSize } from 'couture/data';
import type { ModelChoice, Picture } from '../protocol.ts';
import type { Nearest } from '../protocol-see.ts';
import { currentSet } from './data.ts';
import { linearsOf } from './layers.ts';
import { type Ready, withModel } from './models.ts';
import { prepared } from './predict.ts';
import { tilesOf } from './tiles.ts';

/** Activations in memory at most, as bytes: of wide layers, fewer images are searched. */
const MOST_BYTES = 40_000_000;
/** Images whose activations are computed in one call: a prediction waits for no more than that. */
const IMAGES_AT_ONCE = 512;
/** Images that are found by rounded activations and then ranked by exact ones. */
const CANDIDATES = 64;

/** The activations of training images as rows of length 1, in steps of 1/127 of their largest value. */
interface Index {
  readonly set: Dataset;
  readonly layer: number;
  readonly width: number;
  /** Searched images of the set, at even distances. */
  readonly places: Uint32Array;
  /** [places, width] */
  readonly rows: Int8Array;
  readonly lengths: Float32Array;
}

/** Of the last model: for another one it is made again. */
let made: { readonly model: Ready; readonly set: Dataset; readonly index: Promise<Index> } | undefined;

/** The training images that are most like a picture. */
export async function nearest(choice: ModelChoice, picture: Picture, most: number): Promise<Nearest> {
  return await withModel(choice, async (model) => await nearestFor(model, picture, most));
}

async function nearestFor(model: Ready, picture: Picture, most: number): Promise<Nearest> {
  const { pixels } = await prepared(picture, model.info);
  const set = currentSet().sets.train;
  const hidden = linearsOf(model.inner.spec).length - 2;
  const own = picture.kind === 'image' && picture.split === 'train' ? picture.index : undefined;
  if (imageSize(set.info.shape) !== pixels.length)
    return { ...(await tilesOf(set, new Uint32Array(), 1)), by: 'pixels', of: 0, similarities: [] };
  const found =
    model.changing || hidden < 0
      ? nearestPixels(set, pixels, most, own)
      : await nearestActivations(model, set, hidden, pixels, most, own);
  const { places, ...rest } = found;
  return { ...(await tilesOf(set, places, Math.max(1, most))), ...rest };
}

interface Found extends Pick<Nearest, 'by' | 'of' | 'similarities'> {
  readonly places: Uint32Array;
}

function nearestPixels(set: Dataset, pixels: Uint8Array, most: number, own: number | undefined): Found {
  const size = pixels.length;
  const squares = new Float64Array(set.length);
  for (let image = 0; image < set.length; image++) {
    let sum = 0;
    for (let p = 0, at = image * size; p < size; p++, at++) sum += (set.images[at] - pixels[p]) ** 2;
    squares[image] = image === own ? Number.POSITIVE_INFINITY : sum;
  }
  const places = largest(
    squares.map((square) => -square),
    most,
  );
  const norm = Math.sqrt(pixels.reduce((sum, value) => sum + value * value, 0));
  const similarities = Array.from(places, (place) =>
    Math.max(0, 1 - Math.sqrt(squares[place]) / Math.max(1, norm)),
  );
  return { by: 'pixels', of: set.length, places, similarities };
}

async function nearestActivations(
  model: Ready,
  set: Dataset,
  layer: number,
  pixels: Uint8Array,
  most: number,
  own: number | undefined,
): Promise<Found> {
  const { classifier } = model.inner;
  const query = unit(await classifier.activations(pixels, { layer }));
  const { places, rows, lengths, width } = await indexOf(model, set, layer);
  const scores = new Float64Array(places.length);
  for (let row = 0; row < places.length; row++) {
    let sum = 0;
    for (let j = 0, at = row * width; j < width; j++, at++) sum += rows[at] * query[j];
    scores[row] = places[row] === own ? Number.NEGATIVE_INFINITY : sum / lengths[row];
  }
  const candidates = Uint32Array.from(largest(scores, Math.max(CANDIDATES, most)), (row) => places[row]);
  const exact = await classifier.activations(set.images, { layer, indices: candidates });
  const cosines = Float64Array.from(candidates, (_, i) => {
    const row = unit(exact.subarray(i * width, (i + 1) * width));
    return row.reduce((sum, value, j) => sum + value * query[j], 0);
  });
  const best = largest(cosines, most);
  return {
    by: 'activations',
    of: places.length,
    places: Uint32Array.from(best, (i) => candidates[i]),
    similarities: Array.from(best, (i) => cosines[i]),
  };
}

async function indexOf(model: Ready, set: Dataset, layer: number): Promise<Index> {
  if (made?.model !== model || made.set !== set) {
    const index = makeIndex(model, set, layer);
    made = { model, set, index };
    index.catch(() => {
      if (made?.index === index) made = undefined;
    });
  }
  return await made.index;
}

async function makeIndex({ inner }: Ready, set: Dataset, layer: number): Promise<Index> {
  const width = linearsOf(inner.spec)[layer].units;
  const count = Math.min(set.length, Math.max(1, Math.floor(MOST_BYTES / width)));
  const places = Uint32Array.from({ length: count }, (_, i) => Math.floor((i * set.length) / count));
  const rows = new Int8Array(count * width);
  const lengths = new Float32Array(count);
  for (let start = 0; start < count; start += IMAGES_AT_ONCE) {
    const indices = places.subarray(start, start + IMAGES_AT_ONCE);
    const values = await inner.classifier.activations(set.images, { layer, indices });
    for (let i = 0; i < indices.length; i++) {
      const row = values.subarray(i * width, (i + 1) * width);
      const scale =
        127 /
        Math.max(
          1e-12,
          row.reduce((most, value) => Math.max(most, Math.abs(value)), 0),
        );
      let square = 0;
      for (let j = 0; j < width; j++) {
        const rounded = Math.round(row[j] * scale);
        rows[(start + i) * width + j] = rounded;
        square += rounded * rounded;
      }
      lengths[start + i] = Math.max(1, Math.sqrt(square));
    }
  }
  return { set, layer, width, places, rows, lengths };
}

/** A row of length 1; a row of zeros stays one. */
function unit(values: Float32Array): Float32Array {
  const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? values : values.map((value) => value / length);
}

/** Places of the largest scores, largest first. */
function largest(scores: Float64Array, most: number): Uint32Array {
  const best: number[] = [];
  for (let i = 0; i < scores.length; i++) {
    if (scores[i] === Number.NEGATIVE_INFINITY) continue;
    if (best.length === most && !(scores[i] > scores[best[most - 1]])) continue;
    let at = Math.min(best.length, most - 1);
    for (; at > 0 && scores[best[at - 1]] < scores[i]; at--) best[at] = best[at - 1];
    best[at] = i;
  }
  return Uint32Array.from(best);
}

/**
 * Finds the object of a photograph: the pixels that differ from a model of the background. It has no learned
 * part, and assumes only that the object is roughly in one place and that most of the picture's border is
 * background. The constants were chosen with photographs made from validation images (docs/photographs.md).
 */

import { blurRows } from './blur.ts';
import { wholeOf } from './draw.ts';
import { type Channels, fitGround, type Ground, type Surface } from './ground.ts';
import { fillHoles } from './holes.ts';
import { takeMedian } from './median.ts';
import type { Box, Picture } from './picture.ts';
import { type Plane, resampler } from './planes.ts';
import { type Mask, majority, regionsOf } from './regions.ts';

/** Pixels of the longer side of the picture in which objects are looked for. */
const WORKING_SIDE = 256;
/** Width of the border that is taken as background at first, as a share of the shorter side. */
const BAND = 0.04;
/**
 * Distance from the background, in spreads, up to which a pixel is used for refitting, and from which it is
 * not background.
 */
const GROUND_LIMIT = 4;
const OBJECT_LIMIT = 5;
/** Shares of the object's usual distance that a pixel must have; the second where it looks like shadow. */
const LEAST_SHARE = 0.25;
const LEAST_SHARE_SHADOW = 0.45;
/** A shadow removes at most this share of the light, and keeps the hue within this many spreads. */
const DARKEST_SHADOW = 0.4;
const SHADOW_HUE = 2.5;
/**
 * Share of the differing pixels that are not shadow, from which on only these give the distance of the
 * object.
 */
const LEAST_LIT = 0.2;
/** Number of refits of the background without the object. */
const ROUNDS = 3;
/** Evidence that a further region needs to be kept, as a share of the best region's. */
const KEPT_SHARE = 0.08;
/** Share of the picture's border along which a region counts as another surface, and the weight of that. */
const EDGE_SHARE = 0.2;
const EDGE_WEIGHT = 0.05;
/** Shares of the picture that an object covers at least and at most. */
const LEAST_AREA = 0.0015;
const MOST_AREA = 0.97;

/** A picture in the size in which objects are looked for: red, green and blue. */
export interface WorkingPicture {
  readonly planes: readonly [Float64Array, Float64Array, Float64Array];
  readonly width: number;
  readonly height: number;
  /** Pixels of the picture for one of these, across and down. */
  readonly scale: readonly [number, number];
}

/** What was found. */
export interface FoundObject {
  /** 1 for the object, 0 elsewhere, in the size of the working picture. */
  readonly mask: Plane;
  /** Around the object, in the picture's pixels. */
  readonly box: Box;
  /** Whether the object is lighter than its background on average. */
  readonly lighter: boolean;
}

/** An opaque picture in the size in which objects are looked for. */
export function workingPicture(picture: Picture): WorkingPicture {
  const longest = Math.max(picture.width, picture.height);
  const side = (length: number): number => Math.max(1, Math.round((length * WORKING_SIDE) / longest));
  const [width, height] = [side(picture.width), side(picture.height)];
  const draw = resampler(picture, wholeOf(picture), width, height);
  const sides = { width: picture.width, height: picture.height };
  const plane = (offset: number): Float64Array => draw({ ...sides, values: picture.data, stride: 4, offset });
  return {
    planes: [plane(0), plane(1), plane(2)],
    ...{ width, height },
    scale: [picture.width / width, picture.height / height],
  };
}

/** The object; undefined if nothing or everything differs from the background. */
export function findObject(picture: WorkingPicture): FoundObject | undefined {
  const { width, height } = picture;
  const channels = channelsOf(picture);
  const { grounds, distance } = modelGround(channels);
  const sure = majority({ data: markAbove(distance, OBJECT_LIMIT), width, height });
  const shade = shadows(channels, grounds);
  const usual = usualDistance(distance, sure, shade);
  const limit = Math.max(OBJECT_LIMIT, LEAST_SHARE * usual);
  const shadowLimit = Math.max(OBJECT_LIMIT, LEAST_SHARE_SHADOW * usual);
  const standsOut = markAbove(distance, limit);
  dropShade(standsOut, distance, shade, shadowLimit);
  const object = mainRegions(majority({ data: standsOut, width, height }), distance);
  if (object === undefined) return undefined;
  return describe(object, channels.planes[0], grounds[0].surface, picture.scale);
}

/** Unmarks what looks like shadow up to a distance. */
function dropShade(marks: Uint8Array, distance: Float64Array, shade: Uint8Array, limit: number): void {
  for (let i = 0; i < marks.length; i++) if (shade[i] && distance[i] <= limit) marks[i] = 0;
}

/** Median distance of the object from the background, without possible shadow if enough remains. */
function usualDistance(distance: Float64Array, { data }: Mask, shade: Uint8Array): number {
  const all = new Float64Array(distance.length);
  const lit = new Float64Array(distance.length);
  let [allCount, litCount] = [0, 0];
  for (let i = 0; i < data.length; i++) {
    if (!data[i]) continue;
    all[allCount++] = distance[i];
    if (!shade[i]) lit[litCount++] = distance[i];
  }
  return takeMedian(litCount > LEAST_LIT * allCount ? lit.subarray(0, litCount) : all.subarray(0, allCount));
}

function channelsOf({ planes: [red, green, blue], width, height }: WorkingPicture): Channels {
  const bright = new Float64Array(red.length);
  const reddish = new Float64Array(red.length);
  const yellowish = new Float64Array(red.length);
  for (let i = 0; i < red.length; i++) {
    bright[i] = red[i] * 0.299 + green[i] * 0.587 + blue[i] * 0.114;
    reddish[i] = red[i] - green[i];
    yellowish[i] = (red[i] + green[i]) / 2 - blue[i];
  }
  return { planes: [bright, reddish, yellowish], width, height };
}

/** Fits the background to the border first, then to all pixels like it. */
function modelGround(channels: Channels) {
  const { width, height } = channels;
  let grounds = fitGround(channels, ring(width, height), false);
  let distance = distances(channels, grounds);
  for (let round = 0; round < ROUNDS; round++) {
    const like = pixelsBelow(distance, GROUND_LIMIT);
    if (like.length < width * height * 0.1) break;
    grounds = fitGround(channels, like, true);
    distance = distances(channels, grounds);
  }
  return { grounds, distance };
}

/** The outermost pixels. */
function ring(width: number, height: number): Uint32Array {
  const band = Math.max(1, Math.round(Math.min(width, height) * BAND));
  const found: number[] = [];
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      if (x < band || y < band || x >= width - band || y >= height - band) found.push(y * width + x);
  return Uint32Array.from(found);
}

/** Distance of a pixel and its neighbors from the background, in spreads. */
function distances({ planes, width, height }: Channels, grounds: readonly Ground[]): Float64Array {
  const sums = new Float64Array(width * height);
  grounds.forEach(({ surface, spread }, channel) => {
    const { [channel]: plane } = planes;
    blurRows({
      ...{ width, height },
      fill: (y, row) => {
        surface.row(y, row);
        subtractFrom(plane, y * width, row);
      },
      take: (y, means) => addSquares(sums, y * width, means, spread),
    });
  });
  takeRoots(sums);
  return sums;
}

// Loops over pixels are functions of their own, which take arrays and numbers only: engines compile these once and for all.

function subtractFrom(plane: Float64Array, at: number, row: Float64Array): void {
  for (let x = 0; x < row.length; x++) row[x] = plane[at + x] - row[x];
}

function subtractLit(plane: Float64Array, light: Float64Array, at: number, row: Float64Array): void {
  for (let x = 0; x < row.length; x++) row[x] = plane[at + x] - light[at + x] * row[x];
}

function addSquares(sums: Float64Array, at: number, row: Float64Array, spread: number): void {
  for (let x = 0; x < row.length; x++) {
    const share = row[x] / spread;
    sums[at + x] += share * share;
  }
}

function addSizes(sums: Float64Array, at: number, row: Float64Array, spread: number): void {
  for (let x = 0; x < row.length; x++) sums[at + x] += Math.abs(row[x]) / spread;
}

function takeRoots(values: Float64Array): void {
  for (let i = 0; i < values.length; i++) values[i] = Math.sqrt(values[i]);
}

function markAbove(values: Float64Array, limit: number): Uint8Array<ArrayBuffer> {
  const marks = new Uint8Array(values.length);
  for (let i = 0; i < marks.length; i++) if (values[i] > limit) marks[i] = 1;
  return marks;
}

/** 1 where a pixel looks like shaded background: darker, with the same hue. */
function shadows({ planes, width, height }: Channels, grounds: readonly Ground[]): Uint8Array {
  const light = lightOf(planes[0], grounds[0].surface, width, height);
  const stray = new Float64Array(light.length);
  for (const channel of [1, 2]) {
    const { [channel]: plane } = planes;
    const { surface, spread } = grounds[channel];
    blurRows({
      ...{ width, height },
      fill: (y, row) => {
        surface.row(y, row);
        subtractLit(plane, light, y * width, row);
      },
      take: (y, means) => addSizes(stray, y * width, means, spread),
    });
  }
  const shade = new Uint8Array(light.length);
  for (let i = 0; i < shade.length; i++)
    if (light[i] < 1 && light[i] > DARKEST_SHADOW && stray[i] < SHADOW_HUE) shade[i] = 1;
  return shade;
}

/** How bright each pixel is, as a share of the background there. */
function lightOf(bright: Float64Array, surface: Surface, width: number, height: number): Float64Array {
  const light = new Float64Array(bright.length);
  const row = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    surface.row(y, row);
    for (let x = 0, i = y * width; x < width; x++, i++) light[i] = bright[i] / Math.max(1, row[x]);
  }
  return light;
}

function pixelsBelow(values: Float64Array, limit: number): Uint32Array {
  const found = new Uint32Array(values.length);
  let count = 0;
  for (let i = 0; i < values.length; i++) if (values[i] < limit) found[count++] = i;
  return found.subarray(0, count);
}

/** The region with the most evidence and those that may belong to it, without holes. */
function mainRegions(mask: Mask, evidence: Float64Array): Mask | undefined {
  const { width, height } = mask;
  const { numbers, regions } = regionsOf(mask, evidence);
  const isEdge = regions.map(({ border }) => border > EDGE_SHARE * 2 * (width + height));
  const scores = regions.map(({ sum }, k) => (isEdge[k] ? sum * EDGE_WEIGHT : sum));
  const best = Math.max(0, ...scores);
  const kept = scores.map((score, k) => score === best || (!isEdge[k] && score >= best * KEPT_SHARE));
  const area = regions.reduce((sum, region, k) => sum + (kept[k] ? region.area : 0), 0);
  const size = width * height;
  if (area < size * LEAST_AREA || area > size * MOST_AREA) return undefined;
  const data = new Uint8Array(size);
  for (let i = 0; i < size; i++) if (numbers[i] > 0 && kept[numbers[i] - 1]) data[i] = 1;
  return fillHoles({ ...mask, data }, area / 2);
}

function describe(
  { data, width, height }: Mask,
  bright: Float64Array,
  surface: Surface,
  [across, down]: readonly [number, number],
): FoundObject {
  let contrast = 0;
  let [left, right, top, bottom] = [width, -1, height, -1];
  const ground = new Float64Array(width);
  for (let y = 0; y < height; y++) {
    surface.row(y, ground);
    for (let x = 0, i = y * width; x < width; x++, i++) {
      if (!data[i]) continue;
      contrast += bright[i] - ground[x];
      left = Math.min(left, x);
      right = Math.max(right, x);
      top = Math.min(top, y);
      bottom = y;
    }
  }
  const box = {
    left: left * across,
    top: top * down,
    width: (right - left + 1) * across,
    height: (bottom - top + 1) * down,
  };
  return { mask: { values: data, width, height }, box, lighter: contrast > 0 };
}

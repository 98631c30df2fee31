/**
 * Photographs made of a data set's images: the thing cut out, enlarged, turned a little and laid off-center on a drawn ground,
 * with light, shadow, blur and the camera's noise. The same seed makes the same pixels.
 */

import { fork, type Key, RandomStream } from '../../src/core/philox.ts';
import { cosine, sine } from '../../src/core/trigonometry.ts';
import { drawGround, type GroundName, groundNames } from './grounds.ts';
import { between } from './noise.ts';

const SIDE = 28;
/** Pixels of an image up to this are ground where they lead to its border. */
const GROUND = 6;

export interface Photograph {
  /** RGB. */
  readonly data: Uint8Array;
  /** 255 where the thing is: what a perfect cut would find. */
  readonly mask: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly ground: GroundName;
  readonly polarity: 'dark on light' | 'light on dark';
  readonly shadow: boolean;
  /** Longest side of the thing as a share of the picture's shorter side. */
  readonly scale: number;
  readonly jpegQuality: number;
}

const sizes = [
  [640, 480],
  [480, 640],
  [800, 600],
  [512, 512],
] as const;

/**
 * One photograph.
 * @param image 28x28 bytes, light on black
 * @param holes whether what shows through the thing is ground: bags by their handles, sandals by their straps
 * @param number of the photograph, which takes the grounds in turn
 */
export function composePhotograph(image: Uint8Array, holes: boolean, key: Key, number: number): Photograph {
  const random = new RandomStream(fork(key, 'photograph', number));
  const [width, height] = sizes[random.nextBelow(sizes.length)];
  const ground = groundNames[number % groundNames.length];
  const polarity = Math.floor(number / groundNames.length) % 2 === 0 ? 'dark on light' : 'light on dark';
  const dark = polarity === 'dark on light';
  const level = dark ? between(random, 140, 240) : between(random, 15, 85);
  const scale = between(random, 0.2, 0.9);
  const { alpha, tones } = cutOut(image, holes);
  const place = placeThing(alpha, { random, width, height, scale });
  const mask = new Float32Array(width * height);
  const tone = new Float32Array(width * height);
  drawThing(tones, alpha, place, { width, height, mask, tone });
  const shadow = random.nextFloat() < 0.5;
  const shade = shadow ? castShadow(mask, width, height, random, scale) : undefined;
  const light = lighting(random, width, height);
  const at = drawGround(ground, { random, width, height, level });
  const tint = [between(random, 0.8, 1.1), between(random, 0.85, 1.05), between(random, 0.8, 1.1)];
  const linear = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = y * width + x;
      const a = mask[i];
      const below = at(x, y);
      const value = dark ? 250 - tone[i] * 0.94 : 8 + tone[i] * 0.94;
      const lit = light(x, y);
      const under = lit * (shade === undefined ? 1 : 1 - shade[i]);
      for (let c = 0; c < 3; c++) linear[i * 3 + c] = a * value * tint[c] * lit + (1 - a) * below[c] * under;
    }
  }
  const blurred = random.nextFloat() < 0.5 ? soften(linear, width, height) : linear;
  const grain = between(random, 0.5, 4);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) {
    const noise = grain * (random.nextFloat() + random.nextFloat() + random.nextFloat() - 1.5) * 2;
    for (let c = 0; c < 3; c++)
      data[i + c] = Math.max(
        0,
        Math.min(255, Math.round(blurred[i + c] + noise + grain * 0.5 * (random.nextFloat() - 0.5))),
      );
  }
  return {
    ...{ data, width, height, ground, polarity, shadow, scale },
    mask: Uint8Array.from(mask, (a) => Math.round(a * 255)),
    jpegQuality: 60 + random.nextBelow(36),
  };
}

/** 1 where the thing is, 0 where its ground is. */
function silhouette(image: Uint8Array, holes: boolean): Float32Array {
  const outside = new Uint8Array(SIDE * SIDE);
  const queue: number[] = [];
  const visit = (x: number, y: number): void => {
    const i = y * SIDE + x;
    if (x < 0 || y < 0 || x >= SIDE || y >= SIDE || outside[i] || image[i] > GROUND) return;
    outside[i] = 1;
    queue.push(i);
  };
  for (let k = 0; k < SIDE; k++) {
    visit(k, 0);
    visit(k, SIDE - 1);
    visit(0, k);
    visit(SIDE - 1, k);
  }
  for (let i = queue.pop(); i !== undefined; i = queue.pop()) {
    const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
    visit(x - 1, y);
    visit(x + 1, y);
    visit(x, y - 1);
    visit(x, y + 1);
  }
  return Float32Array.from(outside, (is, i) => (is || (holes && image[i] === 0) ? 0 : 1));
}

/** Where the thing goes: a map from the photograph's pixels to the image's. */
interface Place {
  readonly x: number;
  readonly y: number;
  /** Photograph's pixels for one of the image's. */
  readonly zoom: number;
  readonly sin: number;
  readonly cos: number;
  /** Middle of the thing in its image. */
  readonly middle: readonly [number, number];
}

function placeThing(
  alpha: Float32Array,
  scene: {
    readonly random: RandomStream;
    readonly width: number;
    readonly height: number;
    readonly scale: number;
  },
): Place {
  const { random, width, height, scale } = scene;
  const xs: number[] = [];
  const ys: number[] = [];
  alpha.forEach((a, i) => {
    if (a > 0.3) {
      xs.push(i % SIDE);
      ys.push(Math.floor(i / SIDE));
    }
  });
  const [left, right] = [Math.min(...xs), Math.max(...xs) + 1];
  const [top, bottom] = [Math.min(...ys), Math.max(...ys) + 1];
  const angle = (between(random, -10, 10) * Math.PI) / 180;
  const sin = angle < 0 ? -sine(-angle) : sine(angle);
  const cos = cosine(Math.abs(angle));
  const zoom = (scale * Math.min(width, height)) / Math.max(right - left, bottom - top);
  // Half of the turned rectangle.
  const half = ((right - left) * cos + (bottom - top) * Math.abs(sin)) * zoom * 0.5;
  const tall = ((bottom - top) * cos + (right - left) * Math.abs(sin)) * zoom * 0.5;
  const free = (side: number, reach: number): number => {
    const margin = Math.min(reach + side * 0.02, side / 2);
    return between(random, margin, side - margin);
  };
  return {
    ...{ x: free(width, half), y: free(height, tall), zoom, sin, cos },
    middle: [(left + right) / 2, (top + bottom) / 2],
  };
}

function drawThing(
  tones: Float32Array,
  alpha: Float32Array,
  { x: cx, y: cy, zoom, sin, cos, middle }: Place,
  out: {
    readonly width: number;
    readonly height: number;
    readonly mask: Float32Array;
    readonly tone: Float32Array;
  },
): void {
  const reach = zoom * SIDE * 0.8;
  const steep = Math.max(1.5, zoom / 2);
  for (let y = Math.max(0, Math.floor(cy - reach)); y < Math.min(out.height, cy + reach); y++) {
    for (let x = Math.max(0, Math.floor(cx - reach)); x < Math.min(out.width, cx + reach); x++) {
      const [dx, dy] = [(x + 0.5 - cx) / zoom, (y + 0.5 - cy) / zoom];
      const u = dx * cos + dy * sin + middle[0] - 0.5;
      const v = dy * cos - dx * sin + middle[1] - 0.5;
      if (u < -1 || v < -1 || u > SIDE || v > SIDE) continue;
      const a = (cubic(alpha, u, v) - 0.5) * steep + 0.5;
      if (a <= 0) continue;
      out.mask[y * out.width + x] = Math.min(1, a);
      out.tone[y * out.width + x] = Math.max(0, Math.min(255, cubic(tones, u, v)));
    }
  }
}

/**
 * The thing apart from its ground: how much of each pixel it covers, and in which tone. A pixel of its rim is a mixture of both:
 * it has the tone of the brightest pixel next to it further in, and covers as much as its own brightness says.
 */
export function cutOut(
  image: Uint8Array,
  holes: boolean,
): { readonly alpha: Float32Array; readonly tones: Float32Array } {
  const inside = silhouette(image, holes);
  const rim = inside.map((is, i) => (is && neighbors(i).some((j) => inside[j] === 0) ? 1 : 0));
  const alpha = Float32Array.from(inside);
  const tones = Float32Array.from(image);
  inside.forEach((is, i) => {
    const further = neighbors(i).filter((j) => inside[j] && (rim[i] ? !rim[j] : true));
    const bright = Math.max(0, ...further.map((j) => image[j]));
    if (is && rim[i] && image[i] < bright) {
      alpha[i] = image[i] / bright;
      tones[i] = bright;
    } else if (!is) tones[i] = bright;
  });
  return { alpha, tones };
}

function neighbors(i: number): number[] {
  const found: number[] = [];
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      const [x, y] = [(i % SIDE) + dx, Math.floor(i / SIDE) + dy];
      if ((dx !== 0 || dy !== 0) && x >= 0 && y >= 0 && x < SIDE && y < SIDE) found.push(y * SIDE + x);
    }
  return found;
}

/** Bicubic; nothing beyond the image. */
function cubic(values: Float32Array, u: number, v: number): number {
  const [i, j] = [Math.floor(u), Math.floor(v)];
  const across = weights(u - i);
  const down = weights(v - j);
  let sum = 0;
  for (let b = 0; b < 4; b++) {
    const y = j + b - 1;
    if (y < 0 || y >= SIDE) continue;
    for (let a = 0; a < 4; a++) {
      const x = i + a - 1;
      if (x >= 0 && x < SIDE) sum += across[a] * down[b] * values[y * SIDE + x];
    }
  }
  return sum;
}

function weights(t: number): [number, number, number, number] {
  return [
    ((-0.5 * t + 1) * t - 0.5) * t,
    (1.5 * t - 2.5) * t * t + 1,
    ((-1.5 * t + 2) * t + 0.5) * t,
    (0.5 * t - 0.5) * t * t,
  ];
}

/** How much of the light a soft shadow removes from the ground: beside the thing, the other way from the light. */
function castShadow(
  mask: Float32Array,
  width: number,
  height: number,
  random: RandomStream,
  scale: number,
): Float32Array {
  const reach = scale * Math.min(width, height) * 0.12;
  const [dx, dy] = [Math.round(between(random, -reach, reach)), Math.round(between(random, 0, reach))];
  const depth = between(random, 0.15, 0.5);
  const moved = new Float32Array(width * height);
  for (let y = Math.max(0, dy); y < height; y++)
    for (let x = Math.max(0, dx); x < Math.min(width, width + dx); x++)
      moved[y * width + x] = mask[(y - dy) * width + x - dx];
  const radius = Math.max(2, Math.round(reach * between(random, 0.15, 0.6)));
  return boxBlur(boxBlur(moved, width, height, radius), width, height, radius).map((a) => a * depth);
}

function boxBlur(values: Float32Array, width: number, height: number, radius: number): Float32Array {
  const pass = (
    from: Float32Array,
    count: number,
    length: number,
    step: number,
    jump: number,
  ): Float32Array => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < count; line++) {
      let sum = 0;
      const base = line * jump;
      for (let k = -radius; k < length + radius; k++) {
        if (k + radius < length && k + radius >= 0) sum += from[base + (k + radius) * step];
        if (k - radius - 1 >= 0) sum -= from[base + (k - radius - 1) * step];
        if (k >= 0 && k < length) to[base + k * step] = sum / (2 * radius + 1);
      }
    }
    return to;
  };
  return pass(pass(values, height, width, 1, width), width, height, width, 1);
}

/** Light from one side, and darker corners. */
function lighting(random: RandomStream, width: number, height: number): (x: number, y: number) => number {
  const even = random.nextFloat() < 0.4;
  const [right, down] = even ? [0, 0] : [between(random, -0.25, 0.25), between(random, -0.25, 0.25)];
  const corners = random.nextFloat() < 0.4 ? between(random, 0.1, 0.35) : 0;
  const exposure = between(random, 0.85, 1.05);
  return (x, y) => {
    const [u, v] = [x / width - 0.5, y / height - 0.5];
    return exposure * (1 + right * u + down * v) * (1 - corners * 2 * (u * u + v * v));
  };
}

/** Out of focus by about a pixel. */
function soften(values: Float32Array, width: number, height: number): Float32Array {
  const out = Float32Array.from(values);
  for (let y = 1; y < height - 1; y++)
    for (let x = 1; x < width - 1; x++)
      for (let c = 0; c < 3; c++) {
        let sum = 0;
        for (let dy = -1; dy <= 1; dy++)
          for (let dx = -1; dx <= 1; dx++)
            sum += values[((y + dy) * width + x + dx) * 3 + c] * (2 - Math.abs(dx)) * (2 - Math.abs(dy));
        out[(y * width + x) * 3 + c] = sum / 16;
      }
  return out;
}

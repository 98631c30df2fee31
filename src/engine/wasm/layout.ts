/**
 * Where a network's tensors lie in memory, and how the kernels' panels relate to PyTorch's row-major tensors.
 * kernels/dense.ts shows the layouts. A layout is plain data: it travels to the workers with every job.
 */

import {
  type DenseLayer,
  makesZeros,
  needsActivate,
  normsProduct,
  normWidth,
  skipEnd,
} from '../../model/dense-layer.ts';
import type { Plan } from '../../model/plan.ts';
import type { TensorRole } from '../backend.ts';
import { AFFINE_LINES, LINE, PANEL, STATS_LINES } from './constants.ts';
import { panelsOf } from './panels.ts';
import { roomForZeros, type SparseRoom } from './sparse-room.ts';

/** One layer's addresses. */
export interface LayerLayout extends DenseLayer {
  /** Panels of 16 outputs; each has in + 1 lines of weights, the bias last. */
  readonly panels: number;
  /** Address of each role's weights; 0 where it is not kept. */
  readonly weights: Readonly<Record<TensorRole, number>>;
  /** Scale and shift, [panel][2][16], in each role; 0 without a norm. */
  readonly affine: Readonly<Record<TensorRole, number>>;
  /** Running mean and variance, and those of the last batch, [panel][4][16]; 0 without batch normalization. */
  readonly stats: number;
  /** Their running average, in the same layout; 0 if none is kept. */
  readonly averageStats: number;
  /** Sums of squares of gradients, [panel][16]: of its outputs, then of its norm; after those of the previous layer. */
  readonly squares: number;
  /** For layer normalization, 1 / standard deviation of each row, each in its own line; else 0. */
  readonly inverse: number;
  /** Input of the product, [panel][row][16]: the y of the layer below, or that y after the norm before the product. */
  readonly x: number;
  /** Whether many values of x may be 0, so its zeros are counted. */
  readonly zerosIn: boolean;
  /** Whether many values of dz may be. */
  readonly zerosOut: boolean;
  /** Pre-activation [panel][row][16] of a layer that needs `activate`; else that of its output. */
  readonly z: number;
  /** Normalized values: z, or those of a norm in front of the product, laid out as x. */
  readonly normalized: number;
  /** Output [panel][row][16]. */
  readonly y: number;
  /** y of the layer that a residual block ending here began with, which is added to this one's; else 0. */
  readonly skipped: number;
  /** Gradient of the loss with respect to y: dz, which replaces it, unless it is still to be added to another. */
  readonly dy: number;
  /** dy of the layer with which a residual block ends that begins with this one's y; else 0. */
  readonly skipGradient: number;
  /** Gradient of the loss with respect to the pre-activation, laid out as y. */
  readonly dz: number;
  /** The same transposed, [panel of rows][feature][16]; 0 for the first layer of a network without dx. */
  readonly dzT: number;
}

/** The whole network's addresses, for batches of up to `rows` images. */
export interface Layout {
  readonly layers: readonly LayerLayout[];
  /** Input [panel][row][16]. */
  readonly x: number;
  /** Gradient with respect to the input, laid out as x; 0 where no op asks for it. */
  readonly dx: number;
  /** Bytes of one panel of x, y and dz. */
  readonly rowPanel: number;
  /** Start of the first thread's room for products that skip zeros, size of a room, and places in it. */
  readonly sparse: SparseRoom & { readonly start: number };
  /** The factor by which gradients are clipped, float32, after the squares of the last layer. */
  readonly clipFactor: number;
}

/** Bytes of one role of a layer's weights. */
export function weightBytes(layer: DenseLayer): number {
  return panelsOf(layer.out) * (layer.in + 1) * LINE;
}

/** Panels of sums of squares of a layer's gradients: those of its outputs, then those of its norm's features. */
export function squaresPanels(layer: DenseLayer): number {
  return panelsOf(layer.out) + (layer.norm === 'none' ? 0 : panelsOf(normWidth(layer)));
}

/** A layer's addresses that outlive a batch. */
export type WeightAddresses = Pick<LayerLayout, 'weights' | 'affine' | 'stats' | 'averageStats'>;

/**
 * Addresses of every layer's tensors in these roles, from `start` on, and their end; other roles have 0.
 * @param averageStatistics whether a running average of the statistics of batch normalization is kept
 */
export function placeWeights(
  plan: Plan,
  start: number,
  roles: readonly TensorRole[],
  averageStatistics: boolean,
) {
  let end = start;
  const take = (bytes: number): number => {
    const at = end;
    end += bytes;
    return at;
  };
  const none = { value: 0, gradient: 0, firstMoment: 0, secondMoment: 0, average: 0 };
  const weights = plan.layers.map((layer): WeightAddresses => {
    const [weights, affine] = [{ ...none }, { ...none }];
    for (const role of roles) weights[role] = take(weightBytes(layer));
    if (layer.norm === 'none') return { weights, affine, stats: 0, averageStats: 0 };
    const lines = panelsOf(normWidth(layer)) * LINE;
    // The gradient of scale and shift is small: it is always kept.
    for (const role of new Set<TensorRole>([...roles, 'gradient'])) affine[role] = take(lines * AFFINE_LINES);
    if (layer.norm === 'layer') return { weights, affine, stats: 0, averageStats: 0 };
    const stats = take(lines * STATS_LINES);
    return { weights, affine, stats, averageStats: averageStatistics ? take(lines * STATS_LINES) : 0 };
  });
  return { weights, end };
}

/**
 * The layout of batches of up to `rows` images (a multiple of 16) from `start` on, and its end.
 * @param withDx whether some op asks for the gradient with respect to the input
 * @param zeros whether background pixels are 0 in x
 */
export function placeBatch(
  plan: Plan,
  weights: readonly WeightAddresses[],
  start: number,
  rows: number,
  { withDx, zeros, threads }: { readonly withDx: boolean; readonly zeros: boolean; readonly threads: number },
): { layout: Layout; end: number } {
  // One line more than the rows: panels a power of two apart would all fall into the same few cache sets.
  const rowPanel = (rows + 1) * LINE;
  let end = start;
  const take = (width: number): number => {
    const at = end;
    end += panelsOf(width) * rowPanel;
    return at;
  };
  const squares = plan.layers.map((layer) => {
    const at = end;
    end += squaresPanels(layer) * LINE;
    return at;
  });
  const clipFactor = end;
  end += LINE;
  const x = take(plan.layers[0].in);
  const layers: LayerLayout[] = [];
  plan.layers.forEach((layer, i) => {
    const y = take(layer.out);
    const z = needsActivate(layer) ? take(layer.out) : y;
    const dz = take(layer.out);
    layers.push({
      ...layer,
      ...weights[i],
      panels: panelsOf(layer.out),
      squares: squares[i],
      inverse: layer.norm === 'layer' ? take(1) : 0,
      x: layer.preNorm ? take(layer.in) : (layers[i - 1]?.y ?? x),
      z,
      zerosIn: zerosIn(plan.layers, i, zeros),
      zerosOut: makesZeros(layer) && !normsProduct(layer) && i < plan.layers.length - 1,
      normalized: layer.preNorm ? take(layer.in) : z,
      y,
      skipped: layer.skip === undefined ? 0 : layers[layer.skip].y,
      // Dropout changes dy, and the skip connection needs the unchanged gradient.
      dy: layer.skip !== undefined && layer.dropout > 0 ? take(layer.out) : dz,
      skipGradient: 0,
      dz,
      dzT: i > 0 || withDx ? take(layer.out) : 0,
    });
  });
  const skips = layers.map((layer, i) => ({ ...layer, skipGradient: skipEnd(layers, i)?.dy ?? 0 }));
  const dx = withDx ? take(plan.layers[0].in) : 0;
  const sparseStart = Math.ceil(end / LINE) * LINE;
  const sparse = roomForZeros(skips, rows);
  return {
    layout: { layers: skips, x, dx, rowPanel, sparse: { start: sparseStart, ...sparse }, clipFactor },
    end: sparseStart + threads * sparse.bytes,
  };
}

function zerosIn(layers: readonly DenseLayer[], index: number, zeros: boolean): boolean {
  if (layers[index].preNorm) return false;
  if (index === 0) return zeros;
  const below = layers[index - 1];
  return makesZeros(below) && below.skip === undefined;
}

/** Index of weight [o, i] in a layer's panels, in floats; the bias is input number `in`. */
function panelIndex(layer: DenseLayer, o: number, i: number): number {
  return (Math.floor(o / PANEL) * (layer.in + 1) + i) * PANEL + (o % PANEL);
}

/** A layer's weight or bias out of its panels, row-major. */
export function unpack(layer: DenseLayer, part: 'weight' | 'bias', panels: Float32Array): Float32Array {
  if (part === 'bias')
    return Float32Array.from({ length: layer.out }, (_, o) => panels[panelIndex(layer, o, layer.in)]);
  const values = new Float32Array(layer.out * layer.in);
  for (let o = 0; o < layer.out; o++) {
    const from = panelIndex(layer, o, 0);
    for (let i = 0; i < layer.in; i++) values[o * layer.in + i] = panels[from + i * PANEL];
  }
  return values;
}

/** The reverse of `unpack`. */
export function pack(
  layer: DenseLayer,
  part: 'weight' | 'bias',
  values: Float32Array,
  panels: Float32Array,
): void {
  if (part === 'bias') {
    for (let o = 0; o < layer.out; o++) panels[panelIndex(layer, o, layer.in)] = values[o];
    return;
  }
  for (let o = 0; o < layer.out; o++) {
    const to = panelIndex(layer, o, 0);
    for (let i = 0; i < layer.in; i++) panels[to + i * PANEL] = values[o * layer.in + i];
  }
}

/** Where a vector of a norm is: floats from a block's start to a panel's line, and from panel to panel. */
const VECTORS = {
  scale: { line: 0, lines: AFFINE_LINES },
  shift: { line: 1, lines: AFFINE_LINES },
  runningMean: { line: 0, lines: STATS_LINES },
  runningVariance: { line: 1, lines: STATS_LINES },
} as const;

export type NormPart = keyof typeof VECTORS;

/** Bytes of the block that holds a vector of a norm. */
export function normBytes(layer: DenseLayer, part: NormPart): number {
  return panelsOf(normWidth(layer)) * VECTORS[part].lines * LINE;
}

function vectorIndex(part: NormPart, feature: number): number {
  const { line, lines } = VECTORS[part];
  return (Math.floor(feature / PANEL) * lines + line) * PANEL + (feature % PANEL);
}

/** One vector of a norm out of its block. */
export function unpackNorm(layer: DenseLayer, part: NormPart, block: Float32Array): Float32Array {
  return Float32Array.from({ length: normWidth(layer) }, (_, feature) => block[vectorIndex(part, feature)]);
}

/** The reverse of `unpackNorm`. */
export function packNorm(part: NormPart, values: Float32Array, block: Float32Array): void {
  values.forEach((value, feature) => {
    block[vectorIndex(part, feature)] = value;
  });
}

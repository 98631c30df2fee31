/** Each thread's own room for products that skip zeros: kernels/sparse.ts stores masks and lists of values here. */

import { LINE, LIST_INPUTS, MOST_LISTED, PANEL, PANELS_TOGETHER, STRIP } from './constants.ts';
import { panelsOf } from './panels.ts';

/** Byte offsets in a thread's room. */
export interface SparseRoom {
  /** Masks of the rows of a layer's x or dz. */
  readonly masks: number;
  /** Lists of these rows, or of the rows of four panels. */
  readonly lists: number;
  /** Sums for 16 outputs of four panels of inputs. */
  readonly sums: number;
  /** Three panels of a layer's weights, transposed. */
  readonly turned: number;
  /** Number of values of an x or dz for which the lists have room. */
  readonly listed: number;
  /** Size of the whole room. */
  readonly bytes: number;
}

/** The parts of a layer that determine the room. */
interface Layer {
  readonly in: number;
  readonly out: number;
  readonly zerosIn: boolean;
  readonly zerosOut: boolean;
}

/** An entry of a list. */
const ENTRY_BYTES = 8;
const ADDRESS_BYTES = 4;
/** Masks of 16 lanes of 64 rows, and the bytes that are written after them. */
const LANE_MASK_BYTES = 160;
/** Most values of an x or dz that are listed: every thread makes all lists, so there must be a limit. */
const MOST_VALUES = 4_000_000;

/** The room for batches of `rows` images. */
export function roomForZeros(layers: readonly Layer[], rows: number): SparseRoom {
  const widths = layers.flatMap((layer) => [
    ...(layer.zerosIn ? [layer.in] : []),
    ...(layer.zerosOut ? [layer.out] : []),
  ]);
  if (widths.length === 0) return { masks: 0, lists: 0, sums: 0, turned: 0, listed: 0, bytes: 0 };
  let bytes = 0;
  const take = (size: number): number => {
    const at = bytes;
    bytes += Math.ceil(size / LINE) * LINE;
    return at;
  };
  const widest = Math.max(...widths);
  const listed = Math.max(
    0,
    ...widths.map((width) => rows * width).filter((values) => values <= MOST_VALUES),
  );
  const rowLists =
    (Math.ceil(widest / LIST_INPUTS) * rows + 2) * ADDRESS_BYTES + MOST_LISTED * listed * ENTRY_BYTES;
  const panels = STRIP / PANEL;
  const laneLists =
    panels * ((Math.ceil(rows / 64) * PANEL + 2) * ADDRESS_BYTES + PANEL * rows * ENTRY_BYTES);
  return {
    masks: take(Math.max(rows * Math.ceil(widest / 64) * 8, LANE_MASK_BYTES)),
    lists: take(Math.max(rowLists, laneLists)),
    sums: take(panels * PANEL * LINE),
    turned: take(PANELS_TOGETHER * PANEL * LINE * Math.max(...layers.map((layer) => panelsOf(layer.out)))),
    listed,
    bytes,
  };
}

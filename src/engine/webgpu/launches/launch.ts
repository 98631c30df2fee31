/** The type of a launch, and the data that launches are made from. */

import type { DenseLayer } from '../../../model/dense-layer.ts';
import type { Program } from '../../../model/program.ts';
import { dropoutScalars } from '../../scalars.ts';
import type { BatchPlaces, WeightPlaces } from '../places.ts';
import type { Field, Kernel, Struct } from '../wgsl.ts';

/** A kernel and its arguments. */
export interface Launch {
  readonly kernel: Kernel;
  /** Writes the kernel's `Op`. */
  readonly write: (view: DataView, offset: number) => void;
  /** Workgroups across and down for a batch of this many images. */
  readonly groups: (rows: number) => readonly [number, number];
  /** The bytes of `table`, for a kernel that has one. */
  readonly table?: Uint8Array<ArrayBuffer>;
}

/** The data that launches depend on. */
export interface Setting {
  readonly program: Program;
  readonly weights: WeightPlaces;
  readonly batch: BatchPlaces;
  /** Images of the largest batch. */
  readonly rows: number;
  /** Whether images are augmented. */
  readonly augmented: boolean;
  /** Whether the adapter is a processor. */
  readonly plain: boolean;
  /** Whether threads exchange their values by subgroups. */
  readonly subgroups: boolean;
  /** Whether products are of half precision. */
  readonly half: boolean;
  /** Threads of the kernel of a step's last layers; 0 where the device is too small for it. */
  readonly tailThreads: number;
}

/** One launch, its values checked against the kernel's struct. */
export function launch<Fields extends Readonly<Record<string, Field>>>(
  kernel: Kernel,
  op: Struct<Fields>,
  values: Partial<Record<keyof Fields, number>>,
  groups: Launch['groups'],
): Launch {
  return { kernel, groups, write: (view, offset) => op.write(view, offset, values) };
}

/** The numbers of a layer's dropout; without dropout, `threshold` is 0. */
export function dropoutOf(layer: DenseLayer, training: boolean): { threshold: number; scale: number } {
  return training && layer.dropout > 0 ? dropoutScalars(layer.dropout) : { threshold: 0, scale: 1 };
}

/**
 * Whether the first layer reads the images' bytes, so that its x is never stored. Not on a processor: without workgroup
 * memory, every thread would turn the bytes into numbers again. There, a step takes 0.7 of the time if x is stored.
 */
export function readsBytes({ program, augmented, plain }: Setting): boolean {
  const { height, width } = program.input.shape;
  return !plain && !augmented && !program.plan.layers[0].preNorm && (height * width) % 4 === 0;
}

/** The final figures of a run: metrics.json. */

import * as z from 'zod';
import type { ClassMetrics, Interval } from '../inspect/metrics.ts';
import type { Stuck } from '../train/events.ts';

const share = z.number().min(0).max(1);

/** The final figures of a run: the contents of metrics.json. */
export interface RunMetrics {
  /** Version of the format. */
  readonly version: 1;
  /** On the test split, which is used once, with the weights of the best epoch (see `bestEpoch`). */
  readonly testAccuracy: number;
  /** Wilson's 95% interval of the test accuracy. */
  readonly testInterval: Interval;
  /** Mean NLL of the test images, nats. */
  readonly testLoss: number;
  readonly perClass: readonly ClassMetrics[];
  /** Means over the classes. */
  readonly macro: { readonly precision: number; readonly recall: number; readonly f1: number };
  /** Counts by [true class][predicted class]. */
  readonly confusion: readonly (readonly number[])[];
  readonly bestEpoch: number;
  /** Epochs done: fewer than requested if patience ended the run. */
  readonly epochs: number;
  /** Mean NLL of the validation images after the best epoch, nats. */
  readonly validationLoss: number;
  readonly validationAccuracy: number;
  /** For a run that never got beyond chance. */
  readonly stuck?: Stuck | undefined;
  /** Training with its validations, summed over the epochs. */
  readonly seconds: number;
  /** SHA-256 of the best weights. */
  readonly weightsSha256: string;
  /** SHA-256 of the weights after the last epoch. */
  readonly lastSha256: string;
}

/** @internal */
export const metricsSchema = z.object({
  version: z.literal(1),
  testAccuracy: share,
  testInterval: z.object({ low: share, high: share }),
  testLoss: z.number(),
  perClass: z.array(
    z.object({ name: z.string(), precision: share, recall: share, f1: share, support: z.int().min(0) }),
  ),
  macro: z.object({ precision: share, recall: share, f1: share }),
  confusion: z.array(z.array(z.int().min(0))),
  bestEpoch: z.int().min(1),
  epochs: z.int().min(1),
  validationLoss: z.number(),
  validationAccuracy: share,
  stuck: z
    .object({
      bestAccuracy: share,
      largestShare: share,
      deadShare: share.nullable(),
      learningRate: z.number().min(0).optional(),
    })
    .optional(),
  seconds: z.number().min(0),
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  lastSha256: z.string().regex(/^[0-9a-f]{64}$/),
}) satisfies z.ZodType<RunMetrics>;

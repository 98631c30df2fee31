/** The final figures of a run: metrics.json. */

import * as z from 'zod';

const share = z.number().min(0).max(1);

/** Contents of metrics.json. */
export const metricsSchema = z.object({
  version: z.literal(1),
  /** On the test split, which is used once, with the weights of the best epoch (see `bestEpoch`). */
  testAccuracy: share,
  /** Wilson's 95% interval of the test accuracy. */
  testInterval: z.object({ low: share, high: share }),
  testLoss: z.number(),
  perClass: z.array(
    z.object({ name: z.string(), precision: share, recall: share, f1: share, support: z.int().min(0) }),
  ),
  macro: z.object({ precision: share, recall: share, f1: share }),
  /** Counts by [true class][predicted class]. */
  confusion: z.array(z.array(z.int().min(0))),
  bestEpoch: z.int().min(1),
  /** Epochs done: fewer than requested if patience ended the run. */
  epochs: z.int().min(1),
  validationLoss: z.number(),
  validationAccuracy: share,
  /** For a run that never got beyond chance: see `Stuck` in src/train/events.ts. */
  stuck: z.object({ bestAccuracy: share, largestShare: share, deadShare: share.nullable() }).optional(),
  /** Training with its validations, summed over the epochs. */
  seconds: z.number().min(0),
  /** SHA-256 of the best weights. */
  weightsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** SHA-256 of the weights after the last epoch. */
  lastSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
/** The final figures of a run. */
export type RunMetrics = z.infer<typeof metricsSchema>;

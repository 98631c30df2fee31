/** How long an epoch takes on this device, measured by training the network for a moment. */

import { type Backend, createWebBackend, type RunConfig, train } from '@couture/core';
import { wholeSet } from './data.ts';

/** Images that are trained on again and again. */
const IMAGES = 4096;
/** Milliseconds of training: the first ones compile and warm up. */
const WARM_UP = 150;
const MEASURED = 350;

let measuring: AbortController | undefined;

/** Ends a measurement, because the processor is needed. */
export function stopMeasuring(): void {
  measuring?.abort();
}

/**
 * Seconds of an epoch of this config, with its validation.
 * @returns undefined where the measurement was ended, or there is nothing to measure on yet
 */
export async function measureEpoch(config: RunConfig): Promise<number | undefined> {
  measuring?.abort();
  const own = new AbortController();
  measuring = own;
  const { train: set } = wholeSet();
  const length = Math.min(IMAGES, set.length);
  const size = set.images.length / Math.max(1, set.length);
  const some = {
    ...set,
    ...{ images: set.images.subarray(0, length * size), labels: set.labels.subarray(0, length), length },
  };
  const { settings } = config;
  // A rate at which nothing diverges.
  const trial = {
    ...config,
    settings: { ...settings, epochs: 1000, patience: 0, rateChanges: [], learningRate: 1e-6 },
  };
  let backend: Backend | undefined;
  try {
    backend = await createWebBackend({ backend: 'cpu', fast: settings.fast });
    const began = performance.now();
    let [images, seconds] = [0, 0];
    for await (const event of train(trial, { backend, dataset: some, signal: own.signal })) {
      const passed = performance.now() - began;
      if (event.type === 'step' && passed > WARM_UP) {
        images += event.losses.length;
        seconds += event.losses.length / event.imagesPerSecond;
      }
      if (own.signal.aborted || (passed > WARM_UP + MEASURED && images > 0)) break;
    }
    if (own.signal.aborted || images === 0) return undefined;
    const heldOut = set.length * settings.validation;
    // Validation goes forward only, which is about a third of the work of training.
    return (seconds / images) * (set.length - heldOut + heldOut / 3);
  } finally {
    await backend?.dispose();
    if (measuring === own) measuring = undefined;
  }
}

/** Makes an optimizer from settings. */

import type { OptimizerOptions } from '../engine/backend.ts';
import type { TrainSettings } from './settings.ts';

/** The optimizer of the settings; other values are PyTorch's defaults, or those of Lion's authors. */
export function optimizerOf(settings: TrainSettings): OptimizerOptions {
  const { optimizer, weightDecay, momentum, lasso, lassoThreshold } = settings;
  if (optimizer === 'sgd') {
    const thresholding = lasso > 0 ? { penalty: lasso, threshold: lasso * lassoThreshold } : undefined;
    return { name: 'sgd', momentum, nesterov: momentum > 0, weightDecay, lasso: thresholding };
  }
  if (optimizer === 'lion') return { name: 'lion', beta1: 0.9, beta2: 0.99, weightDecay };
  return { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay };
}

/** Writes the tasks for the peers in other languages: `node bench/gpu/tasks.ts > tasks.json`. */

import { augmentationOf, tasks } from './networks.ts';

const written = tasks.map((task) => {
  const { learningRate, weightDecay, labelSmoothing, average } = task.config.settings;
  const { name, batchSize, steps, config } = task;
  const augmented = augmentationOf(config) !== undefined;
  const { layers } = config.model;
  return { name, batchSize, steps, layers, learningRate, weightDecay, labelSmoothing, average, augmented };
});
process.stdout.write(`${JSON.stringify(written)}\n`);

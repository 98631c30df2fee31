/** Times training steps and predictions through the backend's own interface, as training and classifiers call it. */

import { performance } from 'node:perf_hooks';
import type { Backend, DeviceImages, Session } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import { buildProgram } from '../../src/model/program.ts';
import { inputOf } from '../../src/train/config.ts';
import { frozenLayers } from '../../src/train/freeze.ts';
import { augmentationOf, type Images, type Task } from './networks.ts';

const gray = { height: 28, width: 28, channels: 1 } as const;

export interface Trained {
  readonly session: Session;
  readonly device: DeviceImages;
  /** Trains so many steps and gives their mean loss. */
  train(steps: number): Promise<number>;
  dispose(): void;
}

/** A network with fresh weights on a backend, and its images. */
export async function begin(backend: Backend, { config, batchSize }: Task, data: Images): Promise<Trained> {
  const { average, learningRate, labelSmoothing, weightDecay } = config.settings;
  const input = inputOf(config);
  const program = buildProgram(config.model, input, { average: average > 0, ...frozenLayers(config) });
  const session = await backend.createSession(program);
  const device = await backend.upload(data.images, gray);
  const first = initialize(program.plan, [1, 0], 'torch', input, config.settings.stem);
  for (const { name, trained } of program.plan.parameters) {
    const values = first.get(name) ?? new Float32Array();
    await session.write(name, values);
    if (average > 0 && trained) await session.write(name, values, 'average');
  }
  const order = Uint32Array.from({ length: 800 * 64 + 10 * 4096 }, (_, i) => (i * 7919) % data.length);
  let step = 0;
  return {
    session,
    device,
    async train(steps) {
      const indices = order.subarray(0, steps * batchSize);
      const losses = await session.train({
        images: device,
        labels: data.labels,
        indices,
        batchSize,
        firstStep: step,
        learningRates: new Float32Array(steps).fill(learningRate),
        averageDecays: new Float32Array(steps).fill(average),
        optimizer: { name: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
        labelSmoothing,
        augmentation: augmentationOf(config),
        dropoutKey: [3, 4],
      });
      step += steps;
      return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
    },
    dispose() {
      session.dispose();
      device.dispose();
    },
  };
}

/** Median seconds of a step, of requests of so many steps each. */
export async function stepSeconds(backend: Backend, task: Task, data: Images, rounds = 5): Promise<number> {
  const run = await begin(backend, task, data);
  await run.train(Math.min(task.steps, 10));
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    await run.train(task.steps);
    seconds.push((performance.now() - began) / 1000 / task.steps);
  }
  run.dispose();
  return median(seconds);
}

/** Median seconds of an inference of so many images. */
export async function inferSeconds(
  backend: Backend,
  task: Task,
  data: Images,
  count: number,
  rounds: number,
): Promise<number> {
  const run = await begin(backend, task, data);
  const indices = Uint32Array.from({ length: count }, (_, i) => i % data.length);
  const seconds: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const began = performance.now();
    await run.session.infer(run.device, indices);
    if (round >= 0) seconds.push((performance.now() - began) / 1000);
  }
  run.dispose();
  return median(seconds);
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

/** Very many calls at once in code: predictions, trainings and runs on shared and on own backends. Each answer is checked. */

import { keyFromSeed, RandomStream } from '../../../src/core/philox.ts';
import type { Backend } from '../../../src/engine/backend.ts';
import { createBackend } from '../../../src/engine/create.ts';
import { initialize } from '../../../src/model/init.ts';
import { planModel } from '../../../src/model/plan.ts';
import { multilayer } from '../../../src/model/spec.ts';
import { createNodeBackend } from '../../../src/platform/node/engine/backend.ts';
import { trainRun } from '../../../src/runs/experiment.ts';
import { inputOf, resolveConfig } from '../../../src/train/config.ts';
import { train } from '../../../src/train/train.ts';
import { Classifier } from '../../../src/use/classifier.ts';
import { memoryPlatform } from '../../../test/memory-platform.ts';
import { tinyTest, tinyTrain } from '../../../test/tiny-data.ts';

const config = resolveConfig({
  dataset: tinyTrain,
  settings: { hidden: [16], dropout: [0.25], epochs: 3, batchSize: 16, seed: 4 },
});

/** @returns a sentence for each fault */
export async function callAtOnce({
  calls,
  seed,
}: {
  readonly calls: number;
  readonly seed: number;
}): Promise<string[]> {
  if (calls === 0) return [];
  const faults: string[] = [];
  const alone = await createBackend({ backend: 'reference' });
  const expected = { trained: await trained(alone), predicted: await predictions(alone) };
  await alone.dispose();
  const kinds: [name: string, make: () => Promise<Backend>][] = [
    ['one thread', () => createBackend({})],
    ['two threads', () => createNodeBackend({ backend: 'cpu', threads: 2 })],
  ];
  for (const [name, make] of kinds) {
    const backend = await make();
    const own = Array.from({ length: 4 }, make);
    const random = new RandomStream(keyFromSeed(seed));
    try {
      const answers = await Promise.all(
        Array.from({ length: calls }, async (_, i) => {
          const where = random.nextBelow(2) === 0 ? backend : await own[i % own.length];
          if (i % 4 === 0) return (await trained(where)) === expected.trained;
          return (await predictions(where)) === expected.predicted;
        }),
      );
      const wrong = answers.filter((right) => !right).length;
      if (wrong > 0) faults.push(`calls, ${name}: ${wrong} of ${calls} answers are wrong`);
      console.log(`calls, ${name}: ${calls} at once, ${wrong} wrong`);
    } finally {
      await backend.dispose();
      for (const one of own) await (await one).dispose();
    }
  }
  faults.push(...(await runsAtOnce(calls)));
  return faults;
}

/** Runs that all want one name, or none, over one store. */
async function runsAtOnce(calls: number): Promise<string[]> {
  const platform = memoryPlatform();
  const count = Math.ceil(calls / 4);
  const results = await Promise.allSettled(
    Array.from(
      { length: count },
      async (_, i) => await trainRun(platform, { config, ...(i % 2 === 0 && { name: 'one' }) }),
    ),
  );
  const done = results.filter((result) => result.status === 'fulfilled').map(({ value }) => value);
  const sums = new Set(done.map(({ metrics }) => metrics.lastSha256));
  const paths = new Set(done.map(({ run }) => run.path));
  const wanted = Math.floor(count / 2) + 1;
  console.log(`calls, runs: ${count} at once over one store, ${done.length} trained, ${sums.size} SHA-256`);
  return sums.size === 1 && paths.size === done.length && done.length === wanted
    ? []
    : [
        `calls, runs: ${done.length} trained in ${paths.size} folders with ${sums.size} SHA-256, not ${wanted}`,
      ];
}

/** The losses of a training, as text. */
async function trained(backend: Backend): Promise<string> {
  const losses: number[] = [];
  for await (const event of train(config, { backend, dataset: tinyTrain }))
    if (event.type === 'epoch') losses.push(event.metrics.trainLoss, event.metrics.validationLoss);
  return losses.join();
}

/** What a network with its first weights says of the test images, as text. */
async function predictions(backend: Backend): Promise<string> {
  const spec = multilayer(36, [16], 3);
  const input = inputOf(config);
  const weights = initialize(planModel(spec), keyFromSeed(9), 'torch', input);
  const model = new Classifier({
    spec,
    input,
    classNames: tinyTest.info.classNames,
    weights,
    backend,
    shared: true,
  });
  try {
    return (await model.logProbabilities(tinyTest.images)).join();
  } finally {
    await model.dispose();
  }
}

/**
 * One bit of one file of a run is flipped, and everything that takes runs is asked: each answers with exit code 3 and the
 * file's name, or exactly as before the flip. So nothing wrong is ever believed.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { bytesOf, copiedStore, filesIn } from '../../test/copied-store.ts';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTest, tinyTrain } from '../../test/tiny-data.ts';
import { CoutureError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { resolveConfig } from '../train/config.ts';
import type { TrainSettings } from '../train/settings.ts';
import { UnlikeScorer } from '../use/unlike.ts';
import { compareRuns } from './compare.ts';
import { evaluateRun } from './evaluate.ts';
import { trainRun } from './experiment.ts';
import { findModel } from './find-model.ts';
import { loadPredictor } from './load.ts';
import { packRuns } from './pack.ts';
import type { RunPlatform } from './platform.ts';
import { reportRuns } from './report.ts';
import { reproduceRun } from './reproduce.ts';
import { openRun } from './run-folder.ts';

/** Flips in each file; in every place another bit of the byte. */
const PLACES = 9;

const settings: Partial<TrainSettings> = {
  ...{ hidden: [6], epochs: 3, batchSize: 8, learningRate: 0.01, validation: 0.5, seed: 3, splitSeed: 3 },
  norm: 'batch',
  schedule: 'constant',
};
const configOf = (changes: Partial<TrainSettings>) =>
  resolveConfig({ dataset: tinyTrain, settings: { ...settings, ...changes } });

/** What a consumer of a run comes to, without what the clock says. */
type Consumer = (platform: RunPlatform) => Promise<unknown>;

const sums = ({ metrics }: Awaited<ReturnType<typeof trainRun>>) => [
  metrics.weightsSha256,
  metrics.lastSha256,
  metrics.testAccuracy,
];

async function predict(platform: RunPlatform, name: string): Promise<unknown> {
  const found = await findModel(platform, name);
  const looks = found.kind === 'run' ? await found.run.unlike() : undefined;
  const model = await loadPredictor(platform, found);
  try {
    const images = tinyTest.images.subarray(0, 360);
    const scores = looks && [...new UnlikeScorer(looks).scores(images, tinyTest.info.shape)];
    return [await model.logProbabilities(images), scores];
  } finally {
    await model.dispose();
  }
}

async function evaluate(platform: RunPlatform, name: string, weights: 'best' | 'last'): Promise<unknown> {
  const { seconds, ...figures } = await evaluateRun(platform, name, 'test', { weights });
  return figures;
}

const ofFinished: Record<string, Consumer> = {
  resume: async (platform) => (await trainRun(platform, { resume: 'done' })).metrics,
  extend: async (platform) => sums(await trainRun(platform, { resume: 'done', epochs: 4 })),
  evaluate: async (platform) => await evaluate(platform, 'done', 'best'),
  'evaluate the last': async (platform) => await evaluate(platform, 'done', 'last'),
  predict: async (platform) => await predict(platform, 'done'),
  async report(platform) {
    const { path } = await reportRuns(platform, ['done'], { show: { umap: false } });
    return await sha256(await bytesOf(platform.store, path));
  },
  async pack(platform) {
    await packRuns(platform, ['done', 'other'], 'both.safetensors');
    return await sha256(await bytesOf(platform.store, 'both.safetensors'));
  },
  async compare(platform) {
    const { runs, settings: differing, pairs } = await compareRuns(platform, ['done', 'other']);
    const rows = runs.map(({ metrics, validationInterval }) => [metrics, validationInterval]);
    return [rows, differing, pairs, await (await openRun(platform, 'done')).history()];
  },
  async reproduce(platform) {
    const { reproduced, agrees, backends, expected } = await reproduceRun(platform, 'done');
    return [reproduced, agrees, backends, expected];
  },
  teach: async (platform) =>
    sums(
      await trainRun(platform, { config: configOf({ teacher: 'done', distillation: 0.5 }), name: 'taught' }),
    ),
};

const ofUnfinished: Record<string, Consumer> = {
  resume: async (platform) => sums(await trainRun(platform, { resume: 'cut' })),
  extend: async (platform) => sums(await trainRun(platform, { resume: 'cut', epochs: 4 })),
  evaluate: async (platform) => await evaluate(platform, 'cut', 'best'),
  'evaluate the last': async (platform) => await evaluate(platform, 'cut', 'last'),
  predict: async (platform) => await predict(platform, 'cut'),
  history: async (platform) => await (await openRun(platform, 'cut')).history(),
};

const { store } = memoryPlatform();
const platformOf = (of: typeof store): RunPlatform => ({
  ...memoryPlatform(of),
  document: async () => nodeDocument(),
});
const first = platformOf(store);
await trainRun(first, { config: configOf({}), name: 'done' });
await trainRun(first, { config: configOf({ seed: 4 }), name: 'other' });
const stop = new AbortController();
const cut = trainRun(first, {
  config: configOf({ seed: 5 }),
  name: 'cut',
  signal: stop.signal,
  onEvent: (event) => event.type === 'step' && event.epoch === 3 && stop.abort(),
});
await assert.rejects(cut, { kind: 'interrupted' });

for (const [name, consumers, files] of [
  ['done', ofFinished, 8],
  ['cut', ofUnfinished, 6],
] as const) {
  const paths = await filesIn(store, `runs/train/${name}`);
  test(`the run ${name} has all its files`, () => assert.equal(paths.length, files, paths.join()));

  const expected = new Map<string, unknown>();
  for (const [what, consume] of Object.entries(consumers))
    expected.set(what, await consume(platformOf(await copiedStore(store, 'runs'))));

  for (const path of paths) {
    describe(`a bit of ${path}`, async () => {
      const bytes = await bytesOf(store, path);
      let refused = 0;
      for (let i = 0; i < PLACES; i++) {
        const at = Math.round(((bytes.length - 1) * i) / (PLACES - 1));
        const flipped = bytes.slice();
        flipped[at] ^= 1 << ((i * 3) % 8);
        test(`at byte ${at}`, async () => {
          for (const [what, consume] of Object.entries(consumers)) {
            const platform = platformOf(await copiedStore(store, 'runs', { path, bytes: flipped }));
            const outcome = await consume(platform).catch((error: unknown) => error);
            if (outcome instanceof CoutureError) {
              refused += 1;
              assert.equal(outcome.kind, 'data', `${what}: ${outcome.message}`);
              assert.ok(outcome.message.includes(path), `${what}: ${outcome.message}`);
            } else assert.deepEqual(outcome, expected.get(what), what);
          }
        });
      }
      test('is noticed', () => assert.ok(refused >= PLACES / 2, `by ${refused} of all`));
    });
  }
}

/** Runs over a store that loses power at a random change, and is sometimes full. In memory, so that very many fit into a minute. */

import { CoutureError } from '../../../src/core/errors.ts';
import { fork, keyFromSeed, RandomStream } from '../../../src/core/philox.ts';
import { checkRun } from '../../../src/runs/check-run.ts';
import { type TrainRunOptions, trainRun } from '../../../src/runs/experiment.ts';
import { summarizeRuns } from '../../../src/runs/list-runs.ts';
import { MemoryStore } from '../../../src/runs/memory-store.ts';
import type { RunMetrics } from '../../../src/runs/metrics.ts';
import type { RunPlatform } from '../../../src/runs/platform.ts';
import { isRun } from '../../../src/runs/run-files.ts';
import { resolveConfig } from '../../../src/train/config.ts';
import { ForgetfulStore, PowerLoss } from '../../../test/forgetful-store.ts';
import { memoryPlatform } from '../../../test/memory-platform.ts';
import { tinyTrain } from '../../../test/tiny-data.ts';

const settings = { hidden: [8], epochs: 4, batchSize: 30, seed: 5 };
const PATH = 'runs/train/own';
/** Changes of a whole run, and some more. */
const MOST_CHANGES = 40;

/** What the user asks for again and again until it is done. */
interface Story {
  readonly title: string;
  /** What lies there before. */
  readonly prepare: (platform: RunPlatform) => Promise<void>;
  readonly request: (platform: RunPlatform) => Promise<TrainRunOptions>;
  readonly epochs: number;
}

const configOf = (epochs: number) => resolveConfig({ dataset: tinyTrain, settings: { ...settings, epochs } });

async function startOrResume(platform: RunPlatform): Promise<TrainRunOptions> {
  return (await isRun(platform.store, PATH)) ? { resume: PATH } : { config: configOf(4), name: 'own' };
}

const stories: readonly Story[] = [
  { title: 'a new run', prepare: async () => {}, request: startOrResume, epochs: 4 },
  {
    title: 'a run taken further',
    prepare: async (platform) => void (await trainRun(platform, { config: configOf(4), name: 'own' })),
    request: async () => ({ resume: PATH, epochs: 7 }),
    epochs: 7,
  },
  {
    title: 'a run replaced',
    prepare: async (platform) => void (await trainRun(platform, { config: configOf(2), name: 'own' })),
    request: async () => ({ config: configOf(4), name: 'own', overwrite: true }),
    epochs: 4,
  },
];

/** @returns a sentence for each fault */
export async function losePower({
  count,
  seed,
  tears = false,
}: {
  readonly count: number;
  readonly seed: number;
  /** Let the store leave half-written files, to see that they are noticed. */
  readonly tears?: boolean;
}): Promise<string[]> {
  const faults: string[] = [];
  const expected = new Map<number, RunMetrics>();
  for (const epochs of [4, 7]) {
    const { metrics } = await trainRun(memoryPlatform(), { config: configOf(epochs) });
    expected.set(epochs, metrics);
  }
  let losses = 0;
  let full = 0;
  for (let number = 0; losses < count; number++) {
    const random = new RandomStream(fork(keyFromSeed(seed), `power ${number}`));
    const story = stories[random.nextBelow(stories.length)];
    const fault = async (what: string) =>
      faults.push(`power loss, seed ${seed}, story ${number} (${story.title}): ${what}`);
    let disk = new MemoryStore();
    await story.prepare(memoryPlatform(disk));
    for (let tries = 0; ; tries++) {
      if (tries === 100) {
        await fault('never done');
        break;
      }
      const store = new ForgetfulStore(disk, {
        random,
        changes: random.nextBelow(3) === 0 ? 1_000 : random.nextBelow(MOST_CHANGES),
        tears,
        fullShare: random.nextBelow(4) === 0 ? 0.05 : 0,
      });
      const platform = memoryPlatform(store);
      try {
        const { metrics } = await trainRun(platform, await story.request(platform));
        const want = expected.get(story.epochs);
        if (metrics.lastSha256 !== want?.lastSha256 || metrics.weightsSha256 !== want.weightsSha256)
          await fault(`ended in ${metrics.lastSha256}, not ${want?.lastSha256}`);
        const { faults: found } = await checkRun(memoryPlatform(disk), PATH);
        if (found.length > 0) await fault(found.join(' '));
        break;
      } catch (error) {
        if (store.isDead) losses += 1;
        else if (error instanceof CoutureError && /no space left/.test(error.message)) full += 1;
        else {
          await fault(error instanceof Error ? error.message : String(error));
          break;
        }
        if (!store.isDead && error instanceof PowerLoss) throw error;
      }
      disk = await store.survivor();
      // Whoever looks at what is left is told something, whatever it is.
      // What was being removed can be removed again.
      for (const { state, problem } of await summarizeRuns(memoryPlatform(disk)))
        if (state === 'damaged' && story.title !== 'a run replaced') await fault(`left damaged: ${problem}`);
    }
  }
  console.log(
    `power: ${losses} losses of power and ${full} full disks, seed ${seed}: ${faults.length} faults`,
  );
  return faults;
}

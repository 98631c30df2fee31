/**
 * The choice of `auto` over eight networks: what it takes, and what the whole run then takes on both. A run begins when its
 * backend is started, as for a user.
 */

import { performance } from 'node:perf_hooks';
import type { Dataset } from '../../src/data/dataset.ts';
import { defaultDataset } from '../../src/data/registry.ts';
import type { BackendKind } from '../../src/engine/names.ts';
import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { findNodeAdapter } from '../../src/platform/node/engine/gpu.ts';
import { chooseBackend } from '../../src/train/choose-backend.ts';
import type { RunConfig } from '../../src/train/settings.ts';
import { train } from '../../src/train/train.ts';
import { type Images, task } from './networks.ts';

/** What came of one network. */
export interface Choice {
  readonly name: string;
  readonly batchSize: number;
  readonly epochs: number;
  readonly chosen: BackendKind;
  /** The sentence that a user is told. */
  readonly reason: string | undefined;
  /** Seconds until the choice was made. */
  readonly choosing: number;
  /** Seconds of the whole run. */
  readonly cpu: number;
  readonly gpu: number;
  /** By how much the run on the chosen backend is longer than on the better one: 0.1 is a tenth. */
  readonly loss: number;
}

/** From a network that no GPU is worth to one that is only bearable on a GPU; short runs, where a start counts. */
const networks = [
  task('784-16-10', null, 64, 0, { hidden: [16], dropout: [], epochs: 2 }),
  task('784-64-10', null, 256, 0, { hidden: [64], dropout: [], epochs: 3 }),
  task('baseline', 'baseline', 64, 0, { epochs: 3 }),
  task('baseline', 'baseline', 1024, 0, { epochs: 5 }),
  task('deeper', 'deeper', 64, 0, { epochs: 3 }),
  task('deeper', 'deeper', 256, 0, { epochs: 5 }),
  task('best-single', 'best-single', 256, 0, { epochs: 1 }),
  task('784-1024x2-10', null, 512, 0, { hidden: [1024, 1024], dropout: [], epochs: 1 }),
];

interface ChoicesOptions {
  readonly light: boolean;
  readonly say: (text: string) => void;
  /** Whether no time is left. */
  readonly late: () => boolean;
}

/** Measures as many of the networks as there is time for. */
export async function measureChoices(
  images: Images,
  { light, say, late }: ChoicesOptions,
): Promise<Choice[]> {
  const dataset: Dataset = { info: defaultDataset, split: 'train', ...images };
  const found: Choice[] = [];
  for (const { name, batchSize, config } of light ? networks.slice(1, 2) : networks) {
    if (late()) break;
    const began = performance.now();
    const { kind, reason, backend } = await chooseBackend(config, dataset, {
      start: (backend) => createNodeBackend({ backend }),
      // A light run is on a software adapter, which `auto` never measures.
      findAdapter: async () => {
        const adapter = await findNodeAdapter();
        return adapter && { ...adapter, software: adapter.software && !light };
      },
    });
    const choosing = (performance.now() - began) / 1000;
    await backend.dispose();
    const [cpu, gpu] = [await wholeRun(config, dataset, 'cpu'), await wholeRun(config, dataset, 'gpu')];
    const loss = (kind === 'cpu' ? cpu : gpu) / Math.min(cpu, gpu) - 1;
    const { epochs } = config.settings;
    found.push({ name, batchSize, epochs, chosen: kind, reason, choosing, cpu, gpu, loss });
    say(
      `${name} at ${batchSize}: auto takes the ${kind} in ${choosing.toFixed(2)} s; CPU ${cpu.toFixed(2)} s, GPU ${gpu.toFixed(2)} s, loss ${(100 * loss).toFixed(0)}%`,
    );
  }
  return found;
}

async function wholeRun(config: RunConfig, dataset: Dataset, kind: BackendKind): Promise<number> {
  const began = performance.now();
  const backend = await createNodeBackend({ backend: kind });
  for await (const event of train(config, { backend, dataset })) if (event.type === 'done') break;
  await backend.dispose();
  return (performance.now() - began) / 1000;
}

/** A run's own files, one of them changed, by everything that reads them. */

import { fitUnlike } from '../../../../src/inspect/fit-unlike.ts';
import { readAudit } from '../../../../src/runs/audit.ts';
import { trainRun } from '../../../../src/runs/experiment.ts';
import { finishedRun } from '../../../../src/runs/finished-run.ts';
import { writeSealed } from '../../../../src/runs/json.ts';
import { MemoryStore } from '../../../../src/runs/memory-store.ts';
import type { RunPlatform } from '../../../../src/runs/platform.ts';
import type { Run } from '../../../../src/runs/run.ts';
import { listRuns, openRun } from '../../../../src/runs/run-folder.ts';
import { resolveConfig } from '../../../../src/train/config.ts';
import type { TrainSettings } from '../../../../src/train/settings.ts';
import { UnlikeScorer } from '../../../../src/use/unlike.ts';
import { memoryPlatform } from '../../../../test/memory-platform.ts';
import { tinyTrain } from '../../../../test/tiny-data.ts';
import type { Draw } from '../draw.ts';
import { mutateJson } from '../json.ts';
import { mutate } from '../mutate.ts';
import { must, type Reader, type Trial } from '../reader.ts';
import { mutateTensors, reseal } from './safetensors.ts';
import { resealJson } from './sealed-json.ts';

type Files = ReadonlyMap<string, Uint8Array>;

const FOLDER = 'runs/train/fuzzed';
const AUDIT = 'runs/audit/tiny/audit.json';

/** A real run of a second, and an audit of its data. */
async function makeRun(): Promise<{ readonly platform: RunPlatform; readonly files: Files }> {
  const store = new MemoryStore();
  const platform = memoryPlatform(store);
  const settings: Partial<TrainSettings> = { hidden: [8], norm: 'batch', epochs: 2, average: 0.5 };
  const config = resolveConfig({ dataset: tinyTrain, settings });
  const { run } = await trainRun(platform, { config, name: 'fuzzed' });
  // The tiny set is too small for that to be done at the end of training.
  const { images, info } = tinyTrain;
  await run.describeImages(fitUnlike({ shape: info.shape, train: images, validation: images }));
  await store.makeFolder('runs/audit/tiny');
  await writeSealed(store, AUDIT, auditOf(run));
  const files = new Map<string, Uint8Array>();
  const visit = async (folder: string): Promise<void> => {
    for (const name of await store.list(folder)) {
      const path = `${folder}/${name}`;
      if ((await store.kind(path)) === 'folder') await visit(path);
      else files.set(path, (await store.read(path, 2 ** 24))!);
    }
  };
  await visit('runs');
  return { platform, files };
}

/** An audit as `auditDataset` writes it, which would take seconds to make. */
function auditOf({ config: { data } }: Run) {
  const image = { split: 'train', index: 3, label: 0 } as const;
  const suspect = { ...image, suggested: 1, labelProbability: 0.1, suggestedProbability: 0.8, loss: 2.3 };
  return {
    version: 1,
    dataset: data.name,
    classNames: data.classNames,
    data: { train: data.splits.train, test: data.splits.test },
    duplicates: {
      threshold: 0.1,
      exact: [[image, { ...image, index: 4 }]],
      near: [{ kind: 'near', first: image, second: { ...image, index: 9 }, distance: 0.05 }],
    },
    labels: {
      threshold: 0.2,
      recipe: 'baseline',
      folds: 2,
      epochs: 1,
      seed: 1,
      outOfFold: { train: { loss: 0.5, accuracy: 0.9 }, test: { loss: 0.5, accuracy: 0.9 } },
      suspects: [suspect],
    },
  };
}

let made: ReturnType<typeof makeRun> | undefined;

/** What reads a run's files, and which of them. Each says whether what it read can be. */
const consumers: readonly {
  readonly files: readonly string[];
  readonly use: (run: Run, platform: RunPlatform) => Promise<void>;
}[] = [
  { files: ['env.json'], use: async (run) => must((await run.environment()).cores >= 1, 'no cores') },
  {
    files: ['metrics.json', 'env.json'],
    async use(run) {
      const { metrics } = await finishedRun(run);
      must(metrics.testAccuracy >= 0 && metrics.testAccuracy <= 1, `accuracy ${metrics.testAccuracy}`);
    },
  },
  {
    files: ['results.csv'],
    async use(run) {
      for (const [i, { epoch }] of (await run.history()).entries())
        must(epoch === i + 1, `row ${i} is ${epoch}`);
    },
  },
  {
    files: ['unlike.json'],
    async use(run) {
      const description = await run.unlike();
      if (description === undefined) return;
      const { shape } = run.config.data;
      const scores = new UnlikeScorer(description).scores(tinyTrain.images.subarray(0, 72), shape);
      must(scores.length === 2, `${scores.length} scores`);
    },
  },
  { files: ['weights/best.safetensors'], use: async (run) => mustBeFinite(await run.loadWeights('best')) },
  { files: ['weights/last.safetensors'], use: async (run) => mustBeFinite(await run.loadWeights('last')) },
  {
    files: ['checkpoint/state.safetensors'],
    async use(run) {
      const state = await run.loadState();
      if (state === undefined) return;
      mustBeFinite(state.parameters);
      must(state.epoch <= run.config.settings.epochs, `${state.epoch} epochs are too many`);
    },
  },
  { files: [AUDIT], use: async (run, platform) => void (await readAudit(platform, run)) },
];

function mustBeFinite(weights: ReadonlyMap<string, Float32Array>): void {
  for (const [name, values] of weights) must(values.every(Number.isFinite), `${name} is not finite`);
}

async function mutateFile(path: string, bytes: Uint8Array, files: Files, draw: Draw): Promise<Uint8Array> {
  if (draw.chance(0.05)) return draw.pick([...files.values()]);
  if (path.endsWith('.json')) {
    const changed = mutateJson(JSON.parse(Buffer.from(bytes).toString('utf8')), draw);
    return draw.chance(0.8) ? await resealJson(changed) : changed;
  }
  if (!path.endsWith('.safetensors')) return mutate({ bytes, fields: [], other: undefined }, draw);
  const changed = mutateTensors(bytes, draw);
  return draw.chance(0.7) ? reseal(changed) : changed;
}

export const runFolders: Reader = {
  name: 'run folders',
  weight: 6,
  async draw(draw): Promise<Trial> {
    made ??= makeRun();
    const { files, platform } = await made;
    const consumer = draw.pick(consumers);
    const own = [...consumer.files, 'config.json'].map((name) =>
      files.has(name) ? name : `${FOLDER}/${name}`,
    );
    const path = draw.pick(own);
    const isValid = draw.chance(1 / 8);
    const changed = new Map(files);
    if (!isValid && draw.chance(0.03)) changed.delete(path);
    else if (!isValid) changed.set(path, await mutateFile(path, files.get(path)!, files, draw));
    return {
      input: changed.get(path) ?? new Uint8Array(),
      isValid,
      async run() {
        const store = new MemoryStore();
        for (const [file, bytes] of changed) {
          await store.makeFolder(store.paths.dirname(file));
          await store.write(file, bytes);
        }
        const here = { ...platform, store };
        const hasConfig = (await store.kind(`${FOLDER}/config.json`)) !== undefined;
        must((await listRuns(here)).length === Number(hasConfig), 'the run is not listed');
        await consumer.use(await openRun(here, 'fuzzed'), here);
      },
    };
  },
};

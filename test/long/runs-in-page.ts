/** What runs-page.test.ts does in its pages. */

import { createBackend } from '../../src/engine/create.ts';
import { openOpfsStore } from '../../src/platform/web/runs/opfs-store.ts';
import { webPlatform } from '../../src/platform/web/runs/platform.ts';
import { type RunMetrics, type RunPlatform, trainRun } from '../../src/runs/index.ts';
import { resolveConfig } from '../../src/train/config.ts';
import type { TrainSettings } from '../../src/train/settings.ts';
import { storeCases } from '../store-contract.ts';
import { tinyTest, tinyTrain } from '../tiny-data.ts';

/** Holds the page's files to one promise of stores. */
export async function holdCase(title: string): Promise<void> {
  const store = await openOpfsStore('contract');
  const place = storeCases.findIndex((one) => one.title === title);
  await store.makeFolder(`case-${place}`);
  await storeCases[place].run(store, `case-${place}`);
}

async function openPlatform(): Promise<RunPlatform> {
  const platform = webPlatform({ store: await openOpfsStore(), datasets: [tinyTrain, tinyTest] });
  // A page of sources has no scripts for workers.
  return { ...platform, createBackend: async () => await createBackend() };
}

/** Trains a new run, or goes on with an earlier one. `heard` is told of every checkpoint. */
export async function trainInPage(
  what: { readonly settings: Partial<TrainSettings> } | { readonly resume: string },
  heard: (epoch: number) => void,
): Promise<{ readonly path: string; readonly metrics: RunMetrics; readonly platform: string }> {
  const request =
    'resume' in what ? what : { config: resolveConfig({ dataset: tinyTrain, settings: what.settings }) };
  const { run, metrics } = await trainRun(await openPlatform(), {
    ...request,
    onEvent: (event) => {
      if (event.type === 'checkpoint') heard(event.state.epoch);
    },
  });
  return { path: run.path, metrics, platform: (await run.environment()).platform };
}

/** Takes the lock of a folder and keeps it for as long as the page is there. */
export async function holdLock(folder: string): Promise<void> {
  const { store } = await openPlatform();
  await store.makeFolder(folder);
  await store.lock(folder);
}

/** Begins to write a file and does not end it. */
export async function beginWriting(path: string): Promise<void> {
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle('couture');
  const stream = await (await folder.getFileHandle(path, { create: true })).createWritable();
  await stream.write('half of it');
}

/** Writes a file of the store. */
export async function writeFile([path, content]: readonly [path: string, content: string]): Promise<void> {
  await (await openOpfsStore()).write(path, content);
}

/** The names in the store, and the text of a file. */
export async function look(path: string): Promise<{ readonly names: string[]; readonly text: string }> {
  const store = await openOpfsStore();
  return { names: await store.list('.'), text: new TextDecoder().decode(await store.read(path, 1000)) };
}

/**
 * A process of trials: it trains one after the other and reports, and knows no database. Training blocks its event loop,
 * so the process that sends heartbeats is another. What trials have in common stays between them: the code, the images
 * and the engine.
 */

import { CoutureError } from '../../../core/errors.ts';
import type { Dataset } from '../../../data/dataset.ts';
import type { Backend } from '../../../engine/backend.ts';
import { loadStudyData, trainTrial } from '../../../study/train-trial.ts';
import type { RunConfig } from '../../../train/settings.ts';
import { nodePlatform } from '../platform.ts';
import type { FromTrial, ToTrial } from './trial-messages.ts';

let stop = new AbortController();

async function tell(message: FromTrial): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
    else resolve();
  });
}

process.on('message', (message: ToTrial) => {
  if (message.type === 'stop') stop.abort();
  else void carryOut(message);
});
// Ctrl-C reaches every process of a terminal, and systemd ends every process of a unit; the study says what ends.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
// Without the study nobody reads the result, and a new study needs the folder.
process.on('disconnect', () => setImmediate(() => process.exit()));

async function carryOut({ config, root, name, threads }: Extract<ToTrial, { type: 'order' }>): Promise<void> {
  stop = new AbortController();
  const { signal } = stop;
  try {
    const { end, best } = await trainTrial(nodePlatform, {
      config,
      dataset: await datasetFor(config, signal),
      backend: await backendFor(threads, config),
      root,
      name,
      signal,
      onEpoch: (metrics) => void tell({ type: 'epoch', metrics }),
    });
    await tell({ type: 'end', end, best: best ?? null });
  } catch (error) {
    if (signal.aborted) await tell({ type: 'end', end: 'stopped', best: null });
    else if (error instanceof CoutureError && error.kind !== 'runtime')
      await tell({ type: 'refused', message: error.message });
    else {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exitCode = 1;
      // The next trial gets a process without a fault.
      process.disconnect?.();
    }
  }
}

let loaded: { readonly key: string; readonly dataset: Dataset } | undefined;

async function datasetFor({ data }: RunConfig, signal: AbortSignal): Promise<Dataset> {
  const key = JSON.stringify(data);
  if (loaded?.key !== key) loaded = { key, dataset: await loadStudyData(nodePlatform, data, { signal }) };
  return loaded.dataset;
}

let started: { readonly key: string; readonly backend: Backend } | undefined;

async function backendFor(threads: number, { settings: { fast } }: RunConfig): Promise<Backend> {
  const key = `${threads} ${fast}`;
  if (started?.key === key) return started.backend;
  await started?.backend.dispose();
  started = undefined;
  started = { key, backend: await nodePlatform.createBackend({ backend: 'cpu', threads, fast }) };
  return started.backend;
}

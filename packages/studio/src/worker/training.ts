/** Trains into a run, one at a time. What happens goes to the page as events. */

import { CoutureError, type RunConfig, type TrainEvent } from '@couture/core';
import { trainCommand } from 'couture/report';
import { openRun, type Run, trainRun } from 'couture/runs';
import type { RunEnd } from '../protocol.ts';
import { setFor, wholeSet } from './data.ts';
import { drawFirstLayer, firstLayerOf } from './first-layer.ts';
import { setLive } from './models.ts';
import { bytesOf, giveUp, requireRoom, setPatient } from './room.ts';
import { keptEvents, resultOf, runsChanged } from './runs.ts';
import { say } from './say.ts';
import { stopMeasuring } from './speed.ts';
import { keptLayers, platform } from './store.ts';
import { Telling } from './telling.ts';

let training: AbortController | undefined;
/** The run in progress, once it has begun. */
let running: Run | undefined;

/** Stops the run in progress after the steps under way; its checkpoint is written before `trainInto` ends. */
export async function pause(): Promise<void> {
  training?.abort();
}

/** Stops the run in progress without the files that have no room: it stays at its last checkpoint. */
export async function stopWithoutRoom(): Promise<void> {
  giveUp();
  await pause();
}

/**
 * Changes the learning rate of the run in progress, from the next epoch on.
 * @returns the config that trains the same run from the start
 * @throws CoutureError of kind `usage` when no run is in progress, no epoch is left, or the rate is out of range
 */
export async function changeRate(learningRate: number): Promise<RunConfig> {
  if (running === undefined)
    throw new CoutureError('usage', 'No run is in progress, so there is no learning rate to change.', {
      hint: 'Set it in the setup.',
    });
  await running.changeRate(learningRate);
  return running.config;
}

/** A new run, or one that goes on, possibly to more epochs. */
type Request =
  | { readonly config: RunConfig }
  | { readonly name: string; readonly epochs?: number | undefined };

/**
 * Trains a new run, or continues one.
 * @throws CoutureError of kind `usage` while another run is in progress, and as `trainRun` does
 */
export async function trainInto(request: Request): Promise<RunEnd> {
  if (training !== undefined)
    throw new CoutureError('usage', 'A run is in progress.', { hint: 'Pause it first.' });
  training = new AbortController();
  stopMeasuring();
  const { signal } = training;
  let run: Run | undefined;
  let telling: Telling | undefined;
  try {
    const { train, test } = await imagesOf(request);
    const { metrics } = await trainRun(await platform([train, test]), {
      ...('config' in request
        ? { config: request.config }
        : { resume: request.name, epochs: request.epochs }),
      // The CPU alone guarantees the bits of the command line.
      backend: 'cpu',
      signal,
      onRun: (begun) => {
        run = begun;
        running = begun;
        setPatient(begun.path);
        // Of a run of this name that was deleted.
        if ('config' in request) keptLayers.drop(begun.name);
        void runsChanged(begun.path);
      },
      onNotice: (text) => say({ type: 'notice', text }),
      onEvent: (event) => {
        if (run === undefined) return;
        if (event.type === 'start') telling = new Telling(run, say, keptEvents);
        if (telling !== undefined) report(run, event, telling);
      },
    });
    if (run === undefined) throw new CoutureError('usage', 'The run is already finished.');
    return { name: run.name, result: resultOf(metrics), command: trainCommand(run.config) };
  } catch (error) {
    if (run !== undefined && error instanceof CoutureError && error.kind === 'interrupted')
      return { name: run.name };
    throw error;
  } finally {
    setPatient(undefined);
    await telling?.begun;
    if (run !== undefined) await runsChanged(run.path);
    training = undefined;
    running = undefined;
  }
}

/** The images that a run trains on, once it is known that the run has room in the browser. */
async function imagesOf(request: Request): Promise<ReturnType<typeof wholeSet>> {
  if ('config' in request) {
    await requireRoom(bytesOf(request.config), 'This run');
    return wholeSet();
  }
  const { config } = await openRun(await platform(), request.name);
  // Half of it: the old files of the run are there already.
  await requireRoom(bytesOf(config) / 2, 'This run');
  return await setFor(config.data);
}

function report(run: Run, event: TrainEvent, telling: Telling): void {
  switch (event.type) {
    case 'start':
      for (const text of event.notices) telling.tell({ type: 'notice', text });
      break;
    case 'step': {
      const { epoch, step, steps, loss, imagesPerSecond } = event;
      telling.tell({ type: 'step', epoch, step, steps, loss, imagesPerSecond });
      break;
    }
    case 'epoch': {
      const { config } = run;
      telling.tell({ type: 'epoch', metrics: event.metrics });
      setLive({ name: `${run.name}, epoch ${event.metrics.epoch}`, config, weights: event.parameters });
      const { epoch } = event.metrics;
      const layer = firstLayerOf(config.model, event.parameters, config.data.shape);
      if (layer === undefined) break;
      keptLayers.keep(run.name, { epoch, layer });
      void drawFirstLayer(layer).then((weights) => telling.tell({ type: 'weights', epoch, weights }));
      break;
    }
    case 'done':
      if (event.reason !== 'interrupted') telling.tell({ type: 'trained' });
      break;
    case 'checkpoint':
      break;
  }
}

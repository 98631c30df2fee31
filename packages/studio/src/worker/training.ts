/** Trains into a run, one at a time. What happens goes to the page as events. */

import { CoutureError, type RunConfig, type TrainEvent } from '@couture/core';
import { trainCommand } from 'couture/report';
import { type Run, trainRun } from 'couture/runs';
import type { RunEnd } from '../protocol.ts';
import { wholeSet } from './data.ts';
import { setLive } from './models.ts';
import { say } from './say.ts';
import { platform } from './store.ts';
import { weightTiles } from './tiles.ts';

let training: AbortController | undefined;
/** The run in progress, once it has begun. */
let running: Run | undefined;

/** Stops the run in progress after the steps under way; its checkpoint is written before `trainInto` ends. */
export function pause(): void {
  training?.abort();
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

/**
 * Trains a new run, or continues one.
 * @throws CoutureError of kind `usage` while another run is in progress, and as `trainRun` does
 */
export async function trainInto(
  request: { readonly config: RunConfig } | { readonly name: string },
): Promise<RunEnd> {
  if (training !== undefined)
    throw new CoutureError('usage', 'A run is in progress.', { hint: 'Pause it first.' });
  training = new AbortController();
  await checkRoom();
  const { signal } = training;
  let run: Run | undefined;
  try {
    const { train, test } = wholeSet();
    const { metrics } = await trainRun(await platform([train, test]), {
      ...('config' in request ? { config: request.config } : { resume: request.name }),
      // The CPU alone guarantees the bits of the command line.
      backend: 'cpu',
      signal,
      onRun: (begun) => {
        run = begun;
        running = begun;
      },
      onNotice: (text) => say({ type: 'notice', text }),
      onEvent: (event) => {
        if (run !== undefined) report(run, event);
      },
    });
    const { testAccuracy, bestEpoch, weightsSha256, lastSha256, seconds } = metrics;
    if (run === undefined) throw new CoutureError('usage', 'The run is already finished.');
    const command = trainCommand(run.config);
    return {
      name: run.name,
      result: { testAccuracy, bestEpoch, weightsSha256, lastSha256, seconds, command },
    };
  } catch (error) {
    if (run !== undefined && error instanceof CoutureError && error.kind === 'interrupted')
      return { name: run.name };
    throw error;
  } finally {
    training = undefined;
    running = undefined;
  }
}

/** Room for a run of the largest recipe: weights and checkpoints, each written beside the old one. */
const ROOM = 200_000_000;

/** Asks the browser to keep the runs, and says before any work where there is little room for them. */
async function checkRoom(): Promise<void> {
  const { quota = Number.POSITIVE_INFINITY, usage = 0 } = (await navigator.storage?.estimate()) ?? {};
  if (quota - usage > ROOM) return;
  const left = Math.max(0, Math.round((quota - usage) / 1e6));
  say({
    type: 'notice',
    text: `The browser has ${left} MB left for this page. Remove runs that you do not need.`,
  });
}

function report(run: Run, event: TrainEvent): void {
  switch (event.type) {
    case 'start':
      void run
        .history()
        .then((history) => say({ type: 'begun', name: run.name, config: run.config, history }));
      for (const text of event.notices) say({ type: 'notice', text });
      break;
    case 'step': {
      const { epoch, step, steps, loss, imagesPerSecond } = event;
      say({ type: 'step', epoch, step, steps, loss, imagesPerSecond });
      break;
    }
    case 'epoch': {
      const { config } = run;
      say({ type: 'epoch', metrics: event.metrics });
      setLive({ name: `${run.name}, epoch ${event.metrics.epoch}`, config, weights: event.parameters });
      void weightTiles(config.model, event.parameters, config.data.shape).then((weights) => {
        if (weights !== undefined) say({ type: 'weights', weights });
      });
      break;
    }
    case 'checkpoint':
    case 'done':
      break;
  }
}

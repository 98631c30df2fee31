/** What the page does first, and what it does with the events of the worker. */

import { batch, effect } from '@preact/signals';
import { listen, request } from '../client.ts';
import { prepareFigures } from '../parts/load-figures.ts';
import type { StudioEvent } from '../protocol.ts';
import { isSameSet } from '../same-set.ts';
import * as state from '../state.ts';
import { readAddress, writeAddress } from './address.ts';
import { attempt } from './attempt.ts';
import { forgetLastSet, lastSet, takeSet, useSet } from './data.ts';
import { predictAgain, predictPicture } from './models.ts';
import { listRuns } from './runs.ts';
import { watchUndoKeys } from './setup.ts';
import { watchSpeed } from './speed.ts';
import { brokenOff, clearWeights, markInProgress, resume } from './training.ts';

/** Begins: the address, the data, the runs, and a run that a reload broke off. */
export function begin(): void {
  listen(hear);
  readAddress();
  addEventListener('hashchange', readAddress);
  effect(writeAddress);
  watchUndoKeys();
  watchSpeed();
  effect(() => {
    const { value } = state.theme;
    document.documentElement.style.colorScheme = value === 'auto' ? 'light dark' : value;
  });
  void attempt('data', async () => {
    const opening = request('open', { address: new URL('data/', document.baseURI).href });
    // Your own images do not need those of the host.
    opening.catch(() => {});
    const own = lastSet();
    if (own === undefined || !(await useSet(own))) {
      // Images that cannot be used any more are not tried at every reload.
      forgetLastSet();
      state.set.value = await opening;
    }
    // Now, so that it does not hold up the page in the middle of training.
    void prepareFigures();
    const name = brokenOff();
    if (name !== undefined) await resume(name);
  });
  void listRuns();
  // An answer before anything is done: the first test image, by the shipped model, as soon as both have come.
  predictPicture({ kind: 'image', split: 'test', index: 0 });
}

/** Most epochs whose first layer is kept: a bitmap has up to 300 KB. */
const MOST_SNAPSHOTS = 64;

/** Shows the weights of an epoch, and keeps them to go back to. Of many epochs, every second one is dropped. */
function takeWeights({ epoch, weights }: Extract<StudioEvent, { type: 'weights' }>): void {
  const before = state.snapshots.value.filter((one) => one.epoch < epoch);
  const kept = before.length < MOST_SNAPSHOTS ? before : before.filter((_, i) => i % 2 === 0);
  batch(() => {
    state.weights.value = weights;
    state.snapshots.value = [...kept, { epoch, weights }];
  });
}

/** Notices that came before their run. */
const early: string[] = [];

function hear(event: StudioEvent): void {
  const run = state.run.value;
  switch (event.type) {
    case 'set': {
      const before = state.set.value?.info;
      // The images of a run that is resumed may be others.
      if (before !== undefined && !isSameSet(before, event.set.info)) takeSet(event.set);
      else state.set.value = event.set;
      break;
    }
    case 'importing':
      state.importing.value = event;
      break;
    case 'begun': {
      const { name, config, history } = event;
      markInProgress(name);
      state.starting.value = false;
      if (run?.name !== name) clearWeights();
      void listRuns();
      state.run.value = {
        ...{ name, config, history, state: 'training', epoch: history.length + 1, step: 0, steps: 1 },
        ...{
          loss: undefined,
          imagesPerSecond: undefined,
          notices: [...early.splice(0), ...(run?.name === name ? run.notices : [])],
        },
        result: undefined,
      };
      break;
    }
    case 'step': {
      if (run === undefined) break;
      const { epoch, step, steps, loss, imagesPerSecond } = event;
      state.run.value = { ...run, epoch, step, steps, loss, imagesPerSecond };
      break;
    }
    case 'epoch':
      if (run === undefined) break;
      batch(() => {
        const before = run.history.filter(({ epoch }) => epoch < event.metrics.epoch);
        state.run.value = { ...run, history: [...before, event.metrics] };
        if (event.metrics.epoch === 1 && state.model.value.kind === 'shipped')
          state.model.value = { kind: 'live' };
      });
      if (state.model.value.kind === 'live') predictAgain();
      break;
    case 'listing':
      state.listing.value = event;
      break;
    case 'runs':
      void listRuns();
      break;
    case 'room':
      state.waitsForRoom.value = event.waiting;
      break;
    case 'weights':
      takeWeights(event);
      break;
    case 'notice':
      if (run === undefined || state.starting.value) early.push(event.text);
      else state.run.value = { ...run, notices: [...run.notices, event.text] };
      break;
  }
}

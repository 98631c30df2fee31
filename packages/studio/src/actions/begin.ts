/** What the page does first, and what it does with the events of the worker. */

import { batch, effect } from '@preact/signals';
import { listen } from '../client.ts';
import { earlierKept } from '../kept-epochs.ts';
import { prepareFigures } from '../parts/load-figures.ts';
import { titleOf } from '../place.ts';
import type { SetSummary, StudioEvent } from '../protocol.ts';
import { isSameSet } from '../same-set.ts';
import * as state from '../state.ts';
import { placeNow, readAddress, watchAddress, writeAddress } from './address.ts';
import { attempt } from './attempt.ts';
import { forgetLastSet, lastSet, takeSet, useSet } from './data.ts';
import { predictAgain } from './models.ts';
import { arrive } from './places.ts';
import { before, epochBefore, remember } from './remembered.ts';
import { listRuns } from './runs.ts';
import { watchUndoKeys } from './setup.ts';
import { watchSpeed } from './speed.ts';
import { listStudies } from './studies.ts';
import { brokenOff, clearWeights, goOn, markInProgress, showRun } from './training.ts';

/**
 * Begins: the address, the data, the runs, and a run that a reload broke off.
 * @param opening the set of the host, which is on its way
 */
export function begin(opening: Promise<SetSummary>): void {
  listen(hear);
  const asked = readAddress();
  state.picture.value = { kind: 'image', split: 'test', index: 0 };
  void arrive(asked, before.model);
  effect(writeAddress);
  watchAddress((other) => void arrive(other));
  remember();
  effect(() => {
    document.title = titleOf(placeNow());
  });
  watchUndoKeys();
  watchSpeed();
  effect(() => {
    const { value } = state.theme;
    document.documentElement.style.colorScheme = value === 'auto' ? 'light dark' : value;
  });
  void attempt('data', async () => {
    const own = lastSet();
    if (own === undefined || !(await useSet(own))) {
      // Images that cannot be used any more are not tried at every reload.
      forgetLastSet();
      state.set.value = await opening;
    }
    // Now, so that it does not hold up the page in the middle of training.
    void prepareFigures();
    const name = brokenOff();
    if (name !== undefined) await goOn(name);
  });
  void listRuns().then(async () => {
    if (before.run !== undefined && brokenOff() === undefined) await showRun(before.run);
    // Now, so that the list of runs does not move down once it is open.
    await listStudies();
  });
  // An answer before anything is done: the first test image, by the shipped model, as soon as both have come.
  if ((asked.place.model ?? before.model) === undefined) predictAgain();
}

/** Shows the weights of an epoch, and keeps them to go back to. */
function takeWeights({ epoch, weights }: Extract<StudioEvent, { type: 'weights' }>): void {
  batch(() => {
    state.weights.value = weights;
    state.snapshots.value = [...earlierKept(state.snapshots.value, epoch), { epoch, weights }];
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
      if (run?.name !== name) {
        clearWeights();
        // After a reload, the run is the one of before.
        if (run === undefined) state.shownEpoch.value = epochBefore(name);
      }
      void listRuns();
      state.run.value = {
        ...{ name, config, history, state: 'training', epoch: history.length + 1, step: 0, steps: 1 },
        ...{
          loss: undefined,
          imagesPerSecond: undefined,
          trained: false,
          notices: [...early.splice(0), ...(run?.name === name ? run.notices : [])],
        },
        ...{ result: undefined, command: undefined },
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
    case 'trained':
      if (run !== undefined) state.run.value = { ...run, trained: true };
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

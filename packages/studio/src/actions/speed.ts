/** Measures how long an epoch of the setup takes, once the setup has been left alone for a moment. */

import { effect } from '@preact/signals';
import { request } from '../client.ts';
import * as state from '../state.ts';

/** Milliseconds after the last change. */
const WAIT = 800;

/** Speeds that were measured, by what they depend on. */
const known = new Map<string, number>();

/** Measures whenever the setup comes to another network and nothing is trained. */
export function watchSpeed(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    clearTimeout(timer);
    const { value } = state.resolved;
    const isBusy = state.starting.value || state.run.value?.state === 'training';
    if (!('config' in value) || state.set.value?.complete !== true) {
      state.speed.value = undefined;
      return;
    }
    const { config } = value;
    // Nothing else changes how long an epoch takes.
    const { epochs, learningRate, seed, splitSeed, patience, select, rateChanges, ...rest } = config.settings;
    const key = JSON.stringify([rest, config.data.name, state.set.value.counts.train]);
    const seconds = known.get(key);
    state.speed.value = seconds === undefined ? undefined : { epochSeconds: seconds };
    if (seconds !== undefined || isBusy) return;
    timer = setTimeout(() => {
      if (document.visibilityState !== 'visible') return;
      // Without it, the sentence is shorter.
      void request('speed', { config }).then(
        (measured) => {
          if (measured === null) return;
          known.set(key, measured);
          const now = state.resolved.value;
          if ('config' in now && now.config === config) state.speed.value = { epochSeconds: measured };
        },
        () => {},
      );
    }, WAIT);
  });
}

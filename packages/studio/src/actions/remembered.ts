/** What this tab shows besides its address, so that a reload shows it again. */

import { effect } from '@preact/signals';
import * as state from '../state.ts';
import { placeNow } from './address.ts';

const KEY = 'couture-studio-shown';

/** What is remembered. */
export interface Remembered {
  /** The run that Train shows. */
  readonly run?: string | undefined;
  /** The epoch whose first layer is shown; undefined for the last. */
  readonly epoch?: number | undefined;
  /** The run whose network answers. */
  readonly model?: string | undefined;
}

function read(): Remembered {
  try {
    const { run, epoch, model }: Record<keyof Remembered, unknown> = JSON.parse(
      sessionStorage.getItem(KEY) ?? '{}',
    );
    return {
      run: typeof run === 'string' ? run : undefined,
      epoch: typeof epoch === 'number' ? epoch : undefined,
      model: typeof model === 'string' ? model : undefined,
    };
  } catch {
    // Written by something else: nothing is remembered.
    return {};
  }
}

/** What this tab showed before it was loaded again. */
export const before: Remembered = read();

/** The epoch of a run whose first layer was shown; undefined for the last. */
export function epochBefore(name: string): number | undefined {
  return before.run === name ? before.epoch : undefined;
}

/** Remembers from now on. Until a run is shown again, it is that of before. */
export function remember(): void {
  effect(() => {
    const { value: run } = state.run;
    const { value: shownEpoch } = state.shownEpoch;
    const shown: Remembered = {
      run: run?.name ?? before.run,
      epoch: run === undefined ? before.epoch : shownEpoch,
      model: placeNow().model,
    };
    sessionStorage.setItem(KEY, JSON.stringify(shown));
  });
}

/** Does what a person asked for, and puts what goes wrong beside the place that it is about. */

import { StudioError } from '../client.ts';
import * as state from '../state.ts';

export type Place = keyof typeof state.problems.value;

/** Shows a problem at a place, or removes the one that is there. */
export function setProblem(place: Place, problem: state.Problem | undefined): void {
  const { [place]: _, ...others } = state.problems.value;
  state.problems.value = problem === undefined ? others : { ...others, [place]: problem };
}

/** Does something; what goes wrong becomes the problem of the place. */
export async function attempt(place: Place, work: () => Promise<void>): Promise<void> {
  setProblem(place, undefined);
  try {
    await work();
  } catch (error) {
    if (error instanceof StudioError && error.interrupted) return;
    const { message, hint } = error as Error & { readonly hint?: string };
    setProblem(place, { message, hint });
  }
}

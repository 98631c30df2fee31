/** Explains what a training that ended early has left. */

import { CoutureError, isInterruption } from '../core/errors.ts';
import { plural } from '../core/format.ts';
import { bestEpoch } from '../train/best.ts';
import { Divergence } from '../train/divergence.ts';
import type { TrainState } from '../train/events.ts';
import type { Run } from './run.ts';

const AGAIN = 'Start it again.';

/**
 * The failure with the saved state of the run and a hint; any other error, such as a bug, is returned
 * unchanged.
 * @param signal that training was given
 */
export async function withSaved(run: Run, cause: unknown, signal?: AbortSignal): Promise<unknown> {
  if (isInterruption(cause, signal)) return interrupted(run, await savedState(run), cause);
  if (cause instanceof Divergence) return diverged(run, await savedState(run), cause);
  if (cause instanceof CoutureError && cause.kind === 'backend')
    return backendLost(run, await savedState(run), cause);
  return cause;
}

/**
 * The state to continue from. The failure is reported in any case, so an unreadable checkpoint counts as
 * none.
 */
async function savedState(run: Run): Promise<TrainState | undefined> {
  return await run.loadState().catch(() => undefined);
}

function interrupted({ path }: Run, state: TrainState | undefined, cause: unknown): CoutureError {
  if (state === undefined)
    return new CoutureError('interrupted', 'Stopped before anything was saved.', { hint: AGAIN, cause });
  return new CoutureError('interrupted', `Stopped; the work so far is saved in ${path}.`, {
    hint: `Continue with: npx couture train --resume ${path}`,
    cause,
  });
}

/** Resuming would repeat the same steps and diverge again. */
function diverged(run: Run, state: TrainState | undefined, cause: Divergence): CoutureError {
  const { learningRate } = cause;
  const best = bestEpoch(state?.history ?? [], run.config.settings.select);
  const place = state === undefined ? '' : ', under another name or with --overwrite';
  const use = best === undefined ? '' : ` The best weights, of epoch ${best.epoch}, are usable.`;
  return new CoutureError('runtime', withEpochs(cause.message, run, state), {
    hint: `Train again with a learning rate below ${learningRate}${place}.${use}`,
    cause,
  });
}

function backendLost(run: Run, state: TrainState | undefined, cause: CoutureError): CoutureError {
  const resume = `Continue with: npx couture train --resume ${run.path}`;
  return new CoutureError('backend', withEpochs(cause.message, run, state), {
    hint: `${state === undefined ? AGAIN.slice(0, -1) : resume}; add --backend cpu to use the CPU.`,
    cause,
  });
}

function withEpochs(message: string, { path }: Run, state: TrainState | undefined): string {
  const saved =
    state === undefined
      ? 'nothing was saved yet'
      : `${plural(state.epoch, 'epoch')} ${state.epoch === 1 ? 'is' : 'are'} saved in ${path}`;
  return `${message.replace(/\.$/, '')}; ${saved}.`;
}

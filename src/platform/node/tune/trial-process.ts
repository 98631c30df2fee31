/** Starts the process of a trial and listens to it. */

import { fork } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { CoutureError } from '../../../core/errors.ts';
import type { EpochMetrics } from '../../../train/events.ts';
import type { FromTrial, ToTrial } from './trial-messages.ts';

/** How a trial's process ended. */
export type TrialEnd = Exclude<FromTrial, { readonly type: 'epoch' }>;

/** A started trial. */
export interface TrialProcess {
  /** @throws CoutureError of kind `runtime` when the process ended without a result, for example by a kill */
  readonly ended: Promise<TrialEnd>;
  /** Saves a checkpoint and ends. */
  stop(): void;
}

/** Starts a trial. */
export function startTrial(
  order: Extract<ToTrial, { type: 'order' }>,
  onEpoch: (metrics: EpochMetrics) => void,
): TrialProcess {
  const source = import.meta.url.endsWith('.ts') ? './trial-child.ts' : './trial-child.js';
  const child = fork(fileURLToPath(new URL(source, import.meta.url)), {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  const complaint = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  let end: TrialEnd | undefined;
  child.on('message', (message: FromTrial) => {
    if (message.type === 'epoch') onEpoch(message.metrics);
    else end = message;
  });
  child.send(order satisfies ToTrial);
  const ended = new Promise<TrialEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', async (code, signal) => {
      if (end !== undefined) {
        resolve(end);
        return;
      }
      const said = (await complaint).trim().split('\n').at(-1);
      const how = signal === null ? `exit code ${code}` : signal;
      reject(
        new CoutureError('runtime', `The process of trial ${order.name} ended with ${how}.`, {
          ...(said && { hint: said }),
        }),
      );
    });
  });
  return {
    ended,
    stop() {
      if (child.connected) child.send({ type: 'stop' } satisfies ToTrial);
    },
  };
}

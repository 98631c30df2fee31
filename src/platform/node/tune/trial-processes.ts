/** The processes in which a worker trains its trials. One that has trained a trial waits for the next. */

import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { CoutureError } from '../../../core/errors.ts';
import type { EpochMetrics } from '../../../train/events.ts';
import type { FromTrial, ToTrial } from './trial-messages.ts';

/** How a trial ended. */
export type TrialEnd = Exclude<FromTrial, { readonly type: 'epoch' }>;

/** A started trial. */
export interface StartedTrial {
  /** @throws CoutureError of kind `runtime` when its process ended without a result, for example by a kill */
  readonly ended: Promise<TrialEnd>;
  /** Saves a checkpoint and ends. Does nothing once the trial has ended. */
  stop(): void;
}

/** Bytes of a child's complaint that are kept. */
const MAX_COMPLAINT = 10_000;

interface Child {
  readonly process: ChildProcess;
  /** The end of what it has written to stderr. */
  complaint: string;
}

/** What is known of the trial of a process. */
interface Followed {
  readonly name: string;
  readonly onEpoch: (metrics: EpochMetrics) => void;
  readonly state: { over: boolean };
}

/** The processes of one worker. */
export class TrialProcesses {
  readonly #idle = new Set<Child>();

  /** Starts a trial in a process that waits, or in a new one. */
  start(order: Extract<ToTrial, { type: 'order' }>, onEpoch: (metrics: EpochMetrics) => void): StartedTrial {
    const [idle] = this.#idle;
    const child = idle ?? this.#fork();
    this.#idle.delete(child);
    child.complaint = '';
    const state = { over: false };
    const ended = this.#follow(child, { name: order.name, onEpoch, state });
    send(child, order);
    return {
      ended,
      stop() {
        // The process may train another trial by now.
        if (!state.over) send(child, { type: 'stop' });
      },
    };
  }

  /** Ends the processes that wait; those that train end when their trials do. */
  close(): void {
    for (const child of this.#idle) child.process.disconnect();
    this.#idle.clear();
  }

  #fork(): Child {
    const source = import.meta.url.endsWith('.ts') ? './trial-child.ts' : './trial-child.js';
    // A trial knows no database, so it does not get the password of one.
    const { DATABASE_URL: _, ...env } = process.env;
    const child: Child = {
      process: fork(fileURLToPath(new URL(source, import.meta.url)), {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
        serialization: 'advanced',
        env,
      }),
      complaint: '',
    };
    child.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      child.complaint = (child.complaint + text).slice(-MAX_COMPLAINT);
    });
    // Without a listener, a process that cannot start would end this one; `close` follows.
    child.process.on('error', () => {});
    child.process.once('close', () => {
      this.#idle.delete(child);
    });
    return child;
  }

  async #follow(child: Child, { name, onEpoch, state }: Followed): Promise<TrialEnd> {
    const { process: it } = child;
    let forget = (): void => {};
    try {
      const end = await new Promise<TrialEnd>((resolve, reject) => {
        const onMessage = (message: FromTrial): void => {
          if (message.type === 'epoch') {
            onEpoch(message.metrics);
            return;
          }
          state.over = true;
          resolve(message);
        };
        const onClose = (code: number | null, signal: NodeJS.Signals | null): void => {
          const said = child.complaint.trim().split('\n').at(-1);
          const how = signal === null ? `exit code ${code}` : signal;
          reject(
            new CoutureError('runtime', `The process of trial ${name} ended with ${how}.`, {
              ...(said && { hint: said }),
            }),
          );
        };
        it.on('message', onMessage);
        it.once('close', onClose);
        forget = () => it.off('message', onMessage).off('close', onClose);
      });
      if (it.connected) this.#idle.add(child);
      return end;
    } finally {
      forget();
    }
  }
}

function send({ process: child }: Child, message: ToTrial): void {
  // A process that is gone answers by its end.
  if (child.connected) child.send(message, () => {});
}

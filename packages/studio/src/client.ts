/** The page's side of the worker: requests with answers, and events. */

import type { Failure, FromWorker, RequestName, Requests, StudioEvent } from './protocol.ts';

/** A failure that the worker put into words. */
export class StudioError extends Error {
  readonly hint: string | undefined;
  readonly interrupted: boolean;

  constructor({ message, hint, interrupted }: Failure) {
    super(message);
    this.hint = hint;
    this.interrupted = interrupted;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

let worker: Worker | undefined;
let last = 0;
/** Whether the worker's script runs: it has said something. */
let isRunning = false;
/** Why the worker never answers. */
let failed: Failure | undefined;
const waiting = new Map<number, Waiting>();
const listeners = new Set<(event: StudioEvent) => void>();

function start(): Worker {
  const started = new Worker(new URL('./worker/main.ts', import.meta.url), { type: 'module' });
  started.addEventListener('message', ({ data }: MessageEvent<FromWorker>) => hear(data));
  started.addEventListener('error', (event) => {
    const message = `The Studio's worker failed: ${event.message || 'its script could not be loaded'}.`;
    const failure: Failure = { message, hint: 'Reload the page.', interrupted: false };
    // A script that could not be loaded never answers; one that runs may answer what is asked later.
    if (!isRunning) failed = failure;
    for (const { reject } of waiting.values()) reject(new StudioError(failure));
    waiting.clear();
  });
  return started;
}

function hear(message: FromWorker): void {
  isRunning = true;
  if (message.type === 'event') {
    for (const listener of listeners) listener(message.event);
    return;
  }
  const asked = waiting.get(message.id);
  waiting.delete(message.id);
  if (message.type === 'answer') asked?.resolve(message.value);
  else asked?.reject(new StudioError(message.failure));
}

/**
 * Asks the worker. It starts with the first request.
 * @throws StudioError with what went wrong
 */
export async function request<Name extends RequestName>(
  type: Name,
  ask: Requests[Name]['ask'],
): Promise<Requests[Name]['answer']> {
  if (failed !== undefined) throw new StudioError(failed);
  worker ??= start();
  const id = ++last;
  const answer = new Promise<unknown>((resolve, reject) => waiting.set(id, { resolve, reject }));
  worker.postMessage({ type, id, ask });
  return (await answer) as Requests[Name]['answer'];
}

/** Hears every event of the worker. */
export function listen(listener: (event: StudioEvent) => void): void {
  listeners.add(listener);
}

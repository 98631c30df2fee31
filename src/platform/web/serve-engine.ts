/**
 * What a page's engine worker does: it has the whole engine, and the thread of the page only waits for messages.
 * Where memory can be shared, the engine starts threads of its own from here.
 */

import { createBackend } from '../../engine/create.ts';
import { hostBackend } from '../../engine/remote/host.ts';
import type { ToHost } from '../../engine/remote/protocol.ts';
import { spawnThread } from './threads.ts';

/** Answers the messages of the page. */
export function serveEngine(): void {
  const answer = hostBackend({
    create: (options) => createBackend({ ...options, spawn: crossOriginIsolated ? spawnThread : undefined }),
    post: (message, transfer) => postMessage(message, { transfer }),
  });
  addEventListener('message', (event: MessageEvent<ToHost>) => void answer(event.data));
  // An unhandled rejection would not reach the page by itself.
  addEventListener('unhandledrejection', (event) => reportError(event.reason));
}

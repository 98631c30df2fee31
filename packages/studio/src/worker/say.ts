/** What the worker's parts send to the page without being asked. */

import type { FromWorker, StudioEvent } from '../protocol.ts';

/** Sends an event; bitmaps are handed over, not copied. */
export function say(event: StudioEvent): void {
  const transfer = event.type === 'weights' ? [event.weights.bitmap] : [];
  postMessage({ type: 'event', event } satisfies FromWorker, { transfer });
}

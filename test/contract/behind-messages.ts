/** A backend that is reached by messages alone, as a page reaches the one in its worker. */

import type { Backend } from '../../src/engine/backend.ts';
import { connectBackend } from '../../src/engine/remote/client.ts';
import { hostBackend } from '../../src/engine/remote/host.ts';
import type { FromHost, HostOptions, HostPort, ToHost } from '../../src/engine/remote/protocol.ts';

/** What a test may do to the connection. */
export interface Connection {
  readonly port: HostPort;
  /** As when the worker throws an error that nobody catches. */
  fail(reason: string): void;
}

/** Both ends of a channel: structured clones, as between threads. */
export function connect(create: (options: HostOptions) => Promise<Backend>): Connection {
  const { port1: here, port2: there } = new MessageChannel();
  const answer = hostBackend({ create, post: (message, transfer) => there.postMessage(message, transfer) });
  there.onmessage = (event: MessageEvent<ToHost>) => void answer(event.data);
  let failed: (reason: string) => void = () => {};
  return {
    port: {
      post: (message, transfer) => here.postMessage(message, transfer),
      listen(heard, broken) {
        here.onmessage = (event: MessageEvent<FromHost>) => heard(event.data);
        failed = broken;
      },
      async terminate() {
        here.close();
        there.close();
      },
    },
    fail: (reason) => failed(reason),
  };
}

/** Starts a backend behind messages. */
export async function behindMessages(
  create: (options: HostOptions) => Promise<Backend>,
  options: HostOptions = {},
): Promise<Backend> {
  return await connectBackend(connect(create).port, options);
}

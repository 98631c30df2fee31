/** A worker's side of the protocol, for the ports of any platform. */

import { Executor } from './executor.ts';
import type { FromWorker } from './platform.ts';
import type { ToWorker } from './protocol.ts';

/** Answers one message after the other; an error is reported, never swallowed. */
export function createWorkerLoop(post: (message: FromWorker) => void): (message: ToWorker) => void {
  let executor: Executor | undefined;
  return (message) => {
    try {
      if (message.type === 'setup') {
        executor = new Executor(message.setup);
        post({ type: 'ready' });
      } else {
        if (!executor) throw new Error('a job arrived before the setup');
        executor.run(message.job);
        post({ type: 'done' });
      }
    } catch (error) {
      const { message: text, stack } = error instanceof Error ? error : new Error(String(error));
      post({ type: 'failed', message: text, stack });
    }
  };
}

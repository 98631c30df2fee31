/** A backend that takes its time to infer: what tests need to see what happens between two pieces of a long inference. */

import { Queue } from '../src/core/queue.ts';
import type { Backend } from '../src/engine/backend.ts';

/** Milliseconds that an image takes. */
const MILLISECONDS = 1;

/**
 * Infers as the backend does, one call after the other, at a millisecond an image.
 * @param onInfer told of the images of each call as it is made
 */
export function slowInference(backend: Backend, onInfer: (images: number) => void = () => {}): Backend {
  const queue = new Queue();
  return {
    info: backend.info,
    upload: (images, shape) => backend.upload(images, shape),
    dispose: () => backend.dispose(),
    async createSession(program, options) {
      const session = await backend.createSession(program, options);
      return {
        train: (request) => session.train(request),
        read: (...args) => session.read(...args),
        write: (...args) => session.write(...args),
        dispose: () => session.dispose(),
        infer(images, indices, asked) {
          onInfer(indices.length);
          return queue.run(async () => {
            await new Promise((resolve) => setTimeout(resolve, indices.length * MILLISECONDS));
            return await session.infer(images, indices, asked);
          });
        },
      };
    },
  };
}

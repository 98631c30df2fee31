/** The worker of `umap.ts`: one map, then it is ended. */

import { umap } from 'couture/inspect';
import type { UmapMessage, UmapTask } from './umap.ts';

const say = (message: UmapMessage): void => postMessage(message);

addEventListener('message', ({ data: { values, width, options } }: MessageEvent<UmapTask>) => {
  umap(values, width, { ...options, onProgress: (done) => say({ type: 'progress', done }) }).then(
    (points) => say({ type: 'points', points }),
    (error: unknown) =>
      say({ type: 'failed', message: error instanceof Error ? error.message : String(error) }),
  );
});

/** UMAP in a worker of its own. Its search for neighbors is one long piece: meanwhile a stop is heard and pictures are predicted. */

import { CoutureError } from '@couture/core';
import type { UmapOptions } from 'couture/inspect';

/** What the worker is asked. */
export interface UmapTask {
  readonly values: Float32Array;
  readonly width: number;
  readonly options: Pick<UmapOptions, 'key' | 'neighbors'>;
}

/** What the worker says. */
export type UmapMessage =
  | { readonly type: 'progress'; readonly done: number }
  | { readonly type: 'points'; readonly points: Float32Array | undefined }
  | { readonly type: 'failed'; readonly message: string };

/**
 * `umap` of `couture/inspect`, with the same points.
 * @throws CoutureError of kind `interrupted` when `signal` aborted
 */
export async function umapInWorker(
  values: Float32Array,
  width: number,
  { key, neighbors, onProgress, signal }: UmapOptions,
): Promise<Float32Array | undefined> {
  const stopped = (): CoutureError => new CoutureError('interrupted', 'Stopped before the map was drawn.');
  if (signal?.aborted) throw stopped();
  const worker = new Worker(new URL('./umap-worker.ts', import.meta.url), { type: 'module' });
  try {
    return await new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => reject(stopped()), { once: true });
      worker.addEventListener('error', ({ message }) =>
        reject(
          new CoutureError(
            'runtime',
            `The map could not be made: ${message || 'the script of its worker could not be loaded'}.`,
            { hint: 'Reload the page.' },
          ),
        ),
      );
      worker.addEventListener('message', ({ data }: MessageEvent<UmapMessage>) => {
        if (data.type === 'progress') onProgress?.(data.done);
        else if (data.type === 'points') resolve(data.points);
        else reject(new CoutureError('runtime', `The map could not be made: ${data.message}`));
      });
      worker.postMessage({ values, width, options: { key, neighbors } } satisfies UmapTask);
    });
  } finally {
    worker.terminate();
  }
}

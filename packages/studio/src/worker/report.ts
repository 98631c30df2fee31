/** The report of a run: one HTML file. Its figures are drawn here, so that the page stays smooth. */

import { CoutureError } from '@couture/core';
import type { InspectProgress } from 'couture/inspect';
import { reportRuns } from 'couture/runs/reports';
import { parseHTML } from 'linkedom/worker';
import { wholeSet } from './data.ts';
import { runJob } from './jobs.ts';
import { platform } from './store.ts';

/** More than a report has. */
const MOST_BYTES = 2 ** 26;

/** What is done, and how far the whole is when it begins and ends. */
const stages: Readonly<Record<InspectProgress['stage'], readonly [words: string, from: number, to: number]>> =
  {
    data: ['Describing the data', 0, 0.1],
    predicting: ['Predicting the test images', 0.1, 0.2],
    activity: ['Measuring the units', 0.2, 0.3],
    saliency: ['Explaining predictions', 0.3, 0.4],
    map: ['Drawing the map', 0.4, 0.9],
  };

/** Writes the report of a finished run. */
export async function reportOf(name: string): Promise<{ file: Blob; name: string }> {
  return await runJob('report', async ({ signal, progress }) => {
    const { train, test } = wholeSet();
    const place = await platform([train, test]);
    const out = `${name}-report.html`;
    await reportRuns({ ...place, document: () => Promise.resolve(newDocument()) }, [name], {
      ...{ out, backend: 'cpu', signal },
      onInspect: ({ stage, done }) => {
        const [words, from, to] = stages[stage];
        progress(stage === 'map' && done === 1 ? 'Drawing the figures' : words, from + (to - from) * done);
      },
    });
    try {
      const bytes = await place.store.read(out, MOST_BYTES);
      if (bytes === undefined) throw new CoutureError('runtime', 'The report was not written.');
      return { file: new Blob([new Uint8Array(bytes)], { type: 'text/html' }), name: out };
    } finally {
      await place.store.remove(out);
    }
  });
}

function newDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
}

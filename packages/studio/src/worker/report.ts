/** The report of a run: one HTML file. Its figures are drawn here, so that the page stays smooth. */

import type { InspectProgress } from 'couture/inspect';
import { openRun } from 'couture/runs';
import { reportRuns } from 'couture/runs/reports';
import { parseHTML } from 'linkedom/worker';
import { setsOf } from './data.ts';
import type { Job } from './jobs.ts';
import { throughFile } from './scratch.ts';
import { platform } from './store.ts';

/** What is done, and how far the whole is when it begins and ends. */
const stages: Readonly<Record<InspectProgress['stage'], readonly [words: string, from: number, to: number]>> =
  {
    data: ['Describing the data', 0, 0.1],
    predicting: ['Predicting the test images', 0.1, 0.2],
    activity: ['Measuring the units', 0.2, 0.3],
    saliency: ['Explaining predictions', 0.3, 0.4],
    map: ['Drawing the map', 0.4, 0.9],
  };

/** Writes the report of a finished run, on the images that it was trained on. */
export async function reportOf(
  { signal, progress }: Job,
  name: string,
): Promise<{ file: Blob; name: string }> {
  const run = await openRun(await platform(), name);
  const { train, test } = await setsOf(run.config.data);
  const place = await platform([train, test]);
  return await throughFile(`${run.name}-report.html`, 'text/html', async (out) => {
    await reportRuns({ ...place, document: () => Promise.resolve(newDocument()) }, [run], {
      ...{ out, backend: 'cpu', signal },
      onInspect: ({ stage, done }) => {
        const [words, from, to] = stages[stage];
        progress(stage === 'map' && done === 1 ? 'Drawing the figures' : words, from + (to - from) * done);
      },
    });
  });
}

function newDocument(): Document {
  return parseHTML('<!doctype html><html><body></body></html>').document as unknown as Document;
}

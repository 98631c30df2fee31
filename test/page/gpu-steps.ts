/** What the test of WebGPU has a page do: plain data in and out. */

import { findAdapter } from '../../src/engine/index.ts';
import { createWebBackend, type FitOptions, fit } from '../../src/index.ts';
import { drawBars } from './bars.ts';

const settings: FitOptions['settings'] = { hidden: [24], dropout: [0.1], epochs: 1, batchSize: 32 };

/** Whether the page has an adapter, and whether it is software. */
export async function adapter() {
  return navigator.gpu ? await findAdapter(navigator.gpu) : undefined;
}

/** A training on a backend, with what it told. */
export async function trainOn(backend: 'auto' | 'cpu' | 'gpu', epochs = 1) {
  const notices: string[] = [];
  const dataset = drawBars(320, 8);
  const fitted = await fit(dataset, {
    settings: { ...settings, epochs },
    backend,
    onNotice: (notice) => notices.push(notice),
  });
  const { classifier, history, config } = fitted;
  const { label } = await classifier.predict(dataset.images.subarray(0, 64));
  await classifier.dispose();
  const losses = history.map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]);
  return { losses, label, name: fitted.backend.name, kind: config.backend, notices };
}

/** The name of the backend that a page gets. */
export async function started(backend: 'auto' | 'cpu' | 'gpu'): Promise<string> {
  const made = await createWebBackend({ backend, threads: 1 });
  await made.dispose();
  return made.info.name;
}

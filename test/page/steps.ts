/**
 * What tests have pages do with the public interface. Each function runs in a page, takes and gives plain data, and fails
 * where the page does.
 */

import {
  CoutureError,
  type FitOptions,
  fit,
  load,
  type Prediction,
  type WebPicture,
} from '../../src/index.ts';
import type { TensorMap } from '../../src/model/index.ts';
import { weightsSha256 } from '../../src/ship/index.ts';
import { drawBars } from './bars.ts';

/** The settings of a short training. */
export const settings: FitOptions['settings'] = { hidden: [24], dropout: [0.1], epochs: 3, batchSize: 32 };

/** Options of a training that goes on from a model. */
export const further: FitOptions = {
  settings: { freeze: [1], epochs: 2, batchSize: 32, learningRate: 0.001 },
};

export async function sumOf(weights: TensorMap): Promise<string> {
  const tensors = [...weights].map(([name, data]) => [name, { shape: [data.length], data }] as const);
  return await weightsSha256(new Map(tensors));
}

/** A whole training, with what it told. */
export async function train() {
  const epochs: number[] = [];
  let steps = 0;
  const { classifier, weights, history, backend } = await fit(drawBars(1500, 8), {
    settings,
    backend: 'cpu',
    onEpoch: ({ epoch }) => epochs.push(epoch),
    onStep: () => {
      steps += 1;
    },
  });
  await classifier.dispose();
  const losses = history.map(({ validationLoss }) => validationLoss);
  return { sum: await sumOf(weights), losses, epochs, steps, threads: backend.threads };
}

/** Trainings that start with a model: with what `fit` gave, and with a model file by its address, for other classes. */
export async function trainFurther(address: string) {
  const first = await fit(drawBars(600, 8), { settings, backend: 'cpu' });
  await first.classifier.dispose();
  const { settings: own } = further;
  const second = await fit(drawBars(600, 8), { initFrom: first, settings: own, backend: 'cpu' });
  await second.classifier.dispose();
  const large = drawBars(600, 28);
  const third = await fit(large, { initFrom: address, settings: own, backend: 'cpu' });
  const { label } = await third.classifier.predict(large.images.subarray(0, 784));
  await third.classifier.dispose();
  const { layers } = third.config.initFrom ?? {};
  return { sums: [await sumOf(second.weights), await sumOf(third.weights)], layers, label };
}

/** Predictions all at once and one after the other, of images that differ. */
export async function predictInParallel(count: number) {
  const dataset = drawBars(600, 8);
  const { classifier } = await fit(dataset, { settings: { ...settings, epochs: 1 } });
  const imageOf = (i: number): Uint8Array => dataset.images.subarray(i * 64, (i + 1) * 64);
  const expected: Prediction[] = [];
  for (let i = 0; i < count; i++) expected.push(await classifier.predict(imageOf(i)));
  const buffer = new Uint8Array(64);
  const asked: Promise<Prediction>[] = [];
  for (let i = 0; i < count; i++) {
    // One array for all of them: what counts is what it holds when predict is called.
    buffer.set(imageOf(i));
    asked.push(classifier.predict(buffer));
  }
  const answers = await Promise.all(asked);
  await classifier.dispose();
  return { expected, answers };
}

/** Predictions under way, and one more, while the classifier is disposed of twice. */
export async function disposeInBetween() {
  const dataset = drawBars(600, 8);
  const { classifier } = await fit(dataset, { settings: { ...settings, epochs: 1 } });
  const image = dataset.images.subarray(0, 64);
  const expected = await classifier.predict(image);
  const before = [1, 2, 3].map(() => classifier.predict(image));
  const disposed = [classifier.dispose(), classifier.dispose()];
  const late = await refusal(classifier.predict(image));
  const answers = await Promise.all(before);
  await Promise.all(disposed);
  return { expected, answers, late };
}

/** A prediction that is stopped while it waits behind a long one. */
export async function abortQueued() {
  const dataset = drawBars(30_000, 8);
  const { classifier } = await fit(drawBars(600, 8), { settings: { ...settings, epochs: 1 } });
  const controller = new AbortController();
  let longIsDone = false;
  const long = classifier.logProbabilities(dataset.images).then((values) => {
    longIsDone = true;
    return values.length;
  });
  const queued = refusal(classifier.predict(dataset.images.subarray(0, 64), { signal: controller.signal }));
  controller.abort();
  const stopped = await queued;
  const early = !longIsDone;
  const values = await long;
  await classifier.dispose();
  return { stopped, early, values };
}

/** A prediction asked for while a long question to the same classifier is under way: how far that was when it was answered. */
export async function askBetween() {
  const { classifier } = await fit(drawBars(600, 28), { settings: { ...settings, epochs: 1 } });
  const image = new Uint8Array(784).fill(90);
  const expected = await classifier.predict(image);
  let share = 0;
  const long = classifier.logProbabilities(new Uint8Array(60_000 * 784), {
    onProgress: (done) => {
      share = done;
    },
  });
  const answer = await classifier.predict(image);
  const answeredAt = share;
  const values = (await long).length;
  await classifier.dispose();
  return { expected, answer, answeredAt, values };
}

/** A network as large as `deeper`, trained until it is stopped: how long the page was held, and how long the abort took. */
export async function stayResponsive(abortAfter: number) {
  const dataset = drawBars(20_000, 28);
  const controller = new AbortController();
  const began = performance.now();
  let longest = 0;
  const watch = new PerformanceObserver((list) => {
    for (const entry of list.getEntries())
      if (entry.startTime > began) longest = Math.max(longest, entry.duration);
  });
  watch.observe({ entryTypes: ['longtask'] });
  let steps = 0;
  let epochs = 0;
  let aborted = 0;
  setTimeout(() => {
    aborted = performance.now();
    controller.abort();
  }, abortAfter);
  const stopped = await refusal(
    fit(dataset, {
      settings: {
        hidden: [392, 196, 98, 49],
        dropout: [0.25, 0.25, 0.25],
        learningRate: 0.0007,
        epochs: 100,
      },
      signal: controller.signal,
      onStep: () => {
        steps += 1;
      },
      onEpoch: () => {
        epochs += 1;
      },
    }),
  );
  const abortTook = performance.now() - aborted;
  await new Promise((resolve) => setTimeout(resolve, 100));
  watch.disconnect();
  return { stopped, longestTask: longest, abortTook, steps, epochs, slowness: slowness() };
}

/** How much longer than its own time a little work takes here: other processes use the machine as well. */
function slowness(): number {
  const times: number[] = [];
  let sum = 0;
  for (let round = 0; round < 40; round++) {
    const began = performance.now();
    for (let i = 0; i < 2_000_000; i++) sum += i % 7;
    times.push(performance.now() - began);
  }
  return sum > 0 ? times.reduce((a, b) => a + b) / (40 * Math.min(...times)) : 1;
}

/** A model file from its address and from its bytes, and what comes of addresses that have none. */
export async function loadModels(address: string) {
  await using fromAddress = await load(address);
  const bytes = await (await fetch(address)).arrayBuffer();
  await using fromBytes = await load(bytes);
  await using fromBlob = await load(new Blob([bytes]));
  const image = Uint8Array.from({ length: 784 }, (_, i) => (i * 7) % 256);
  const damaged = new Uint8Array(bytes);
  damaged[damaged.length - 5] ^= 1;
  return {
    answers: [
      await fromAddress.predict(image),
      await fromBytes.predict(image),
      await fromBlob.predict(image),
    ],
    refused: {
      missing: await refusal(load('/no-such-model.safetensors')),
      page: await refusal(load('/')),
      damaged: await refusal(load(damaged)),
      name: await refusal(load('http://[')),
      stopped: await refusal(load(address, { signal: AbortSignal.abort() })),
    },
  };
}

/** What the network sees of one PNG file, in every form that a page may have it in. */
export async function pictureForms(model: string, png: readonly number[]) {
  await using classifier = await load(model);
  const bytes = Uint8Array.from(png);
  const blob = new Blob([bytes], { type: 'image/png' });
  const img = document.createElement('img');
  img.src = URL.createObjectURL(blob);
  await img.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [img.naturalWidth, img.naturalHeight];
  const context = canvas.getContext('2d');
  context?.drawImage(img, 0, 0);
  const offscreen = new OffscreenCanvas(canvas.width, canvas.height);
  offscreen.getContext('2d')?.drawImage(img, 0, 0);
  const forms: Record<string, WebPicture | Uint8Array> = {
    img,
    canvas,
    offscreen,
    bitmap: await createImageBitmap(canvas),
    imageData: context?.getImageData(0, 0, canvas.width, canvas.height) as ImageData,
    blob,
    file: new File([blob], 'drawn.png'),
    bytes,
    buffer: bytes.buffer,
  };
  const seen: Record<string, number[]> = {};
  for (const [name, form] of Object.entries(forms)) seen[name] = [...(await classifier.prepare(form)).pixels];
  const answer = await classifier.predict(canvas);
  const pixels = await classifier.predict((await classifier.prepare(canvas)).pixels);
  return { seen, answer, pixels };
}

/** What the network sees of the bytes of some image files. */
export async function prepareFiles(model: string, files: readonly (readonly number[])[]) {
  await using classifier = await load(model);
  const seen: number[][] = [];
  for (const file of files) seen.push([...(await classifier.prepare(Uint8Array.from(file))).pixels]);
  return seen;
}

/** Why a promise was rejected: of a CoutureError its kind and message, of any other that it was one. */
async function refusal(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'nothing was refused';
  } catch (error) {
    return error instanceof CoutureError ? `${error.kind}: ${error.message}` : `not ours: ${String(error)}`;
  }
}

/**
 * Exported ONNX files against onnx.checker and ONNX Runtime Web: models on all 10,000 test images of Fashion-MNIST, and
 * networks with every kind of layer, each with the same labels and probabilities to 1e-5. Needs a Python with onnx, such as
 * Debian's python3-onnx, and npm.
 */

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { argMax } from '../../src/core/arg-max.ts';
import type { ModelSpec } from '../../src/model/spec.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  leakyRelu,
  linear,
  logSoftmax,
  multilayer,
  relu,
  residual,
  root,
  sequential,
  silu,
} from '../../src/model/spec.ts';
import { getDataset } from '../../src/platform/node/data/store.ts';
import { load } from '../../src/platform/node/load.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { modelToExport } from '../../src/runs/export.ts';
import { findModel } from '../../src/runs/find-model.ts';
import type { ExportModel } from '../../src/ship/exports/export-model.ts';
import { exportOnnx } from '../../src/ship/exports/onnx.ts';
import { gray, inputFor } from '../dataset-fixture.ts';
import { ensembleOf, makeExport } from '../export-fixture.ts';
import { findInstalled, onnxRuntime } from '../matrix/runtimes.ts';
import { makeImages, makeMembers, makeNetwork } from '../model-fixture.ts';

const TOLERANCE = 1e-5;
const BATCH = 500;
/** A minute for the install of ONNX Runtime Web. */
const timeout = 120_000;

/** As much of the library as these tests use. */
interface Ort {
  readonly env: { readonly wasm: { numThreads: number } };
  readonly Tensor: new (type: 'uint8', data: Uint8Array, shape: readonly number[]) => unknown;
  readonly InferenceSession: { create(file: Uint8Array): Promise<OrtSession> };
}

interface OrtSession {
  run(feeds: Record<string, unknown>): Promise<Record<string, { readonly data: Float32Array }>>;
}

let ort: Ort | undefined;
let missing = '';
const folder = await mkdtemp(join(tmpdir(), 'couture-onnx-'));
after(() => rm(folder, { recursive: true, force: true }));

before(async () => {
  const found = await findInstalled(onnxRuntime, AbortSignal.timeout(timeout));
  if ('missing' in found) missing = found.missing;
  else ort = await import(pathToFileURL(found.path).href);
  if (ort !== undefined) ort.env.wasm.numThreads = 1;
});

const python = ['python3', '/usr/bin/python3'].find(
  (name) => spawnSync(name, ['-c', 'import onnx']).status === 0,
);
const checkScript =
  'import onnx, sys; m = onnx.load(sys.argv[1]); onnx.checker.check_model(m, full_check=True); ' +
  'print({p.key: p.value for p in m.metadata_props}["classes"])';

/** The bytes of an export. */
async function fileOf(model: ExportModel): Promise<Uint8Array> {
  const [{ content }] = (await exportOnnx(model)).files;
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** Compares the probabilities of ONNX Runtime with ours, [images, classes]. */
async function compare(
  file: Uint8Array,
  { data: { shape, classNames } }: ExportModel,
  images: Uint8Array,
  ours: Float32Array,
): Promise<void> {
  assert.ok(ort);
  const session = await ort.InferenceSession.create(file);
  const { height, width, channels } = shape;
  const size = height * width * channels;
  const classes = classNames.length;
  let largest = 0;
  for (let from = 0; from < images.length / size; from += BATCH) {
    // A copy, because the library takes the whole buffer.
    const part = images.slice(from * size, (from + BATCH) * size);
    const input = new ort.Tensor('uint8', part, [part.length / size, height, width, channels]);
    const { probabilities, log_probabilities: logs } = await session.run({ images: input });
    for (const [i, value] of probabilities.data.entries()) {
      const log = ours[from * classes + i];
      largest = Math.max(largest, Math.abs(value - Math.exp(log)), Math.abs(Math.exp(logs.data[i]) - value));
    }
    for (let row = 0; row < probabilities.data.length; row += classes) {
      const [theirs, own] = [probabilities.data, ours.subarray(from * classes)].map((values) =>
        argMax(values.subarray(row, row + classes)),
      );
      assert.equal(theirs, own, `image ${from + row / classes}`);
    }
    assert.equal(probabilities.data.length, (part.length / size) * classes);
  }
  assert.ok(largest <= TOLERANCE, `probabilities differ by ${largest}`);
}

async function checkFile(file: Uint8Array, model: ExportModel, t: TestContext): Promise<void> {
  if (python === undefined) return t.diagnostic('onnx.checker was not run: no python3 here has onnx');
  const path = join(folder, 'model.onnx');
  await writeFile(path, file);
  const classes = execFileSync(python, ['-c', checkScript, path], { encoding: 'utf8' });
  assert.deepEqual(JSON.parse(classes), model.data.classNames);
}

/**
 * Models, and how many of the test images: an ensemble with views takes ten passes an image and more. All 10,000 for each:
 * COUTURE_ONNX_IMAGES=10000 node --test test/long/onnx.test.ts
 */
const { COUTURE_ONNX_IMAGES = '0' } = process.env;
const most = Number(COUTURE_ONNX_IMAGES);
const shipped = {
  compact: 10_000,
  'best-single': 10_000,
  best: Math.max(200, most),
};

for (const [name, count] of Object.entries(shipped))
  test(`${name}: the labels of Couture on ${count} test images`, {
    timeout: timeout + 300 * most,
  }, async (t) => {
    if (ort === undefined) return t.skip(missing);
    const model = await modelToExport(nodePlatform, await findModel(nodePlatform, name));
    const { images } = await getDataset('fashion-mnist', 'test');
    const given = images.subarray(0, count * 784);
    const ours = await load(name, { backend: 'cpu' });
    const file = await fileOf(model);
    await checkFile(file, model, t);
    await compare(file, model, given, await ours.logProbabilities(given));
    await ours.dispose();
  });

const residuals = sequential(
  ...[linear(20, 12), gelu(), residual(layerNorm(12), linear(12, 16), silu(), linear(16, 12))],
  ...[residual(batchNorm(12), linear(12, 8), root(), dropout(0.1), linear(8, 12)), layerNorm(12)],
  ...[linear(12, 3), logSoftmax()],
);
const specs: Readonly<Record<string, ModelSpec>> = {
  'norms before activations': sequential(
    ...[linear(20, 16), batchNorm(16), leakyRelu(), linear(16, 12), layerNorm(12), silu()],
    ...[linear(12, 8), root(), linear(8, 8), gelu(), linear(8, 8), relu(), linear(8, 3), logSoftmax()],
  ),
  'residual blocks': residuals,
  'one layer': sequential(linear(20, 3), logSoftmax()),
};

describe('small models', { timeout }, () => {
  const input = inputFor(gray(5, 4));
  const colors = inputFor({ height: 5, width: 4, channels: 3 });
  const scaled = { ...colors, pixels: { offset: [0.1, 0.2, 0.3], scale: [0.5, 1, 2] } };
  const models: Readonly<Record<string, ExportModel>> = {
    ...Object.fromEntries(
      Object.entries(specs).map(([name, spec]) => [name, makeExport([makeNetwork(spec, 5, input)])]),
    ),
    'a temperature': makeExport([makeNetwork(specs['one layer'], 1, input)], { temperature: 0.4 }),
    'flipped views': makeExport(makeMembers().slice(0, 1), { views: { flip: true, shift: 0 } }),
    'moved views': makeExport(makeMembers().slice(0, 1), { views: { flip: false, shift: 2 } }),
    'an ensemble with views': makeExport(makeMembers(), { views: { flip: true, shift: 1 }, temperature: 2 }),
    'color, each channel with its scaling': makeExport([makeNetwork(multilayer(60, [8], 3), 1, scaled)], {
      views: { flip: true, shift: 1 },
    }),
  };
  for (const [name, model] of Object.entries(models))
    test(name, async (t) => {
      if (ort === undefined) return t.skip(missing);
      const { height, width, channels } = model.data.shape;
      const images = makeImages(3, height * width * channels);
      await using ours = await ensembleOf(model);
      const file = await fileOf(model);
      await checkFile(file, model, t);
      await compare(file, model, images, await ours.logProbabilities(images));
    });
});

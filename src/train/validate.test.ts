/** Validation goes in pieces: an abort is heard between two of them, and other questions are answered there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBars } from '../../test/page/bars.ts';
import { slowInference } from '../../test/slow-inference.ts';
import { keyFromSeed } from '../core/philox.ts';
import { createBackend } from '../engine/create.ts';
import { initialize } from '../model/init.ts';
import { planModel } from '../model/plan.ts';
import { Classifier } from '../use/classifier.ts';
import { inputOf, resolveConfig } from './config.ts';
import type { TrainEvent } from './events.ts';
import { train } from './train.ts';

/** 600 of the images are held out: with a millisecond for each, validation takes nine pieces or so. */
const dataset = drawBars(3000, 4);
const config = resolveConfig({ dataset, settings: { hidden: [8], epochs: 1, validation: 0.2 } });
const HELD_OUT = 600;
/** What an inference of 70 ms may have, and some more where the machine is quicker than its clock. */
const LARGEST_PIECE = 128;

test('an abort is heard after the piece under way, and the checkpoint has the whole epoch', async () => {
  const stop = new AbortController();
  const pieces: number[] = [];
  const backend = slowInference(await createBackend({ backend: 'reference' }), (images) => {
    pieces.push(images);
    if (pieces.length === 3) stop.abort();
  });
  const events: TrainEvent[] = [];
  for await (const event of train(config, { backend, dataset, signal: stop.signal })) events.push(event);
  assert.equal(pieces.length, 3);
  assert.ok(
    pieces.every((images) => images <= LARGEST_PIECE),
    String(pieces),
  );
  const [checkpoint, done] = events.slice(-2);
  assert.ok(checkpoint.type === 'checkpoint' && checkpoint.state.losses.length === 3000 - HELD_OUT);
  assert.ok(done.type === 'done' && done.reason === 'interrupted');
});

test('a prediction on the same backend is answered between two pieces', async () => {
  let seen = 0;
  let answered: Promise<number> | undefined;
  const backend = slowInference(await createBackend({ backend: 'reference' }), (images) => {
    seen += images;
    answered ??= model.predict(dataset.images.subarray(0, 16)).then(() => seen);
  });
  const weights = initialize(planModel(config.model), keyFromSeed(1));
  const { classNames } = dataset.info;
  const network = { spec: config.model, input: inputOf(config), weights };
  const model = new Classifier({ ...network, classNames, backend, shared: true });
  for await (const event of train(config, { backend, dataset })) if (event.type === 'epoch') break;
  const [answer, all] = [await answered, seen];
  assert.equal(all, HELD_OUT + 1);
  assert.ok(answer !== undefined && answer < HELD_OUT / 2, `answered after ${answer} of ${all} images`);
});

/** Predictions and evaluations of the chosen model. */

import { request } from '../client.ts';
import type { ModelChoice, Picture } from '../protocol.ts';
import * as state from '../state.ts';
import { attempt } from './attempt.ts';

/** Chooses the model that predicts. */
export function chooseModel(model: ModelChoice): void {
  state.model.value = model;
  predictAgain();
}

/** Predicts a picture. */
export function predictPicture(picture: Picture): void {
  state.picture.value = picture;
  predictAgain();
}

let asking = false;
let stale = false;

/** Predicts the picture again. While an answer is awaited, only the newest picture is kept. */
export function predictAgain(): void {
  if (asking) {
    stale = true;
    return;
  }
  const picture = state.picture.value;
  if (picture === undefined) return;
  asking = true;
  void attempt('predict', async () => {
    state.answer.value = await request('predict', { model: state.model.value, picture });
  }).finally(() => {
    asking = false;
    if (!stale) return;
    stale = false;
    predictAgain();
  });
}

/** Evaluates the chosen model on the test images. */
export async function evaluate(): Promise<void> {
  state.judging.value = true;
  await attempt('understand', async () => {
    state.judged.value = await request('evaluate', { model: state.model.value });
  });
  state.judging.value = false;
}

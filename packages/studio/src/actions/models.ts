/** Predictions and evaluations of the chosen model. */

import { request } from '../client.ts';
import type { ModelChoice, Picture } from '../protocol.ts';
import * as state from '../state.ts';
import { attempt } from './attempt.ts';
import { isStill } from './is-still.ts';

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
  const of = state.set.value;
  void attempt('predict', async () => {
    const model = state.model.value;
    const answer = await request('predict', { model, picture });
    if (isStill(of))
      state.answer.value = {
        ...answer,
        to: { model, picture },
        seen: { kind: 'seen', pixels: answer.pixels },
      };
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
  const of = state.set.value;
  await attempt('understand', async () => {
    const judged = await request('evaluate', { model: state.model.value });
    if (isStill(of)) state.judged.value = judged;
  });
  state.judging.value = false;
}

/** How a contender in JavaScript answers, in Node and in a page: networks that are trained and asked, and a clock. */

import type { Answer, EvaluateQuestion, PredictQuestion, Question, TrainQuestion } from '../protocol.ts';

/** The networks of one library. */
export interface Networks {
  /** What this contender is, with its version. */
  readonly info: string;
  /** Before the clock runs: brings a network to where a question wants it. */
  prepare?(question: TrainQuestion | EvaluateQuestion | PredictQuestion): Promise<void>;
  train(question: TrainQuestion): Promise<void>;
  /** Classifies as many images as there are in the test split. */
  evaluate(question: EvaluateQuestion): Promise<void>;
  /** Classifies one image. */
  predict(question: PredictQuestion): Promise<void>;
}

/** How seconds are taken. */
export interface Clock {
  timed(work: () => Promise<unknown>): Promise<number>;
  /** The median of `count` runs, one by one. */
  medianOf(count: number, work: () => Promise<unknown>): Promise<number>;
}

export async function answer(networks: Networks, question: Question, clock: Clock): Promise<Answer> {
  if (question.ask === 'info') return { info: networks.info };
  if (question.ask === 'matmul' || question.ask === 'whole')
    return { error: `this contender does not answer ${question.ask}` };
  await networks.prepare?.(question);
  switch (question.ask) {
    case 'train':
      return { seconds: await clock.timed(() => networks.train(question)) };
    case 'evaluate':
      return { seconds: await clock.timed(() => networks.evaluate(question)) };
    case 'predict':
      return { seconds: await clock.medianOf(question.count, () => networks.predict(question)) };
    default:
      return question satisfies never;
  }
}

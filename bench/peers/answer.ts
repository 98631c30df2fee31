/** How a contender in JavaScript answers, in Node and in a page: networks that are trained and asked, and a clock. */

import type {
  AdapterName,
  Answer,
  Commands,
  EvaluateQuestion,
  PredictQuestion,
  Question,
  TrainQuestion,
} from '../protocol.ts';

/** The networks of one library. */
export interface Networks {
  /** What this contender is, with its version. */
  readonly info: string;
  /** The GPU that it computes on. */
  readonly adapter?: AdapterName | undefined;
  /** Before the clock runs: brings a network to where a question wants it. */
  prepare?(question: TrainQuestion | EvaluateQuestion | PredictQuestion): Promise<void>;
  /** Gives the mean loss of its last steps. */
  train(question: TrainQuestion): Promise<number | undefined>;
  /** Commands that the GPU was given since the page began; undefined where they are not counted. */
  commands?(): Commands | undefined;
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
  if (question.ask === 'info') return { info: networks.info, adapter: networks.adapter };
  if (question.ask === 'matmul' || question.ask === 'whole')
    return { error: `this contender does not answer ${question.ask}` };
  await networks.prepare?.(question);
  switch (question.ask) {
    case 'train':
      return await trainAnswer(networks, question, clock);
    case 'evaluate':
      return { seconds: await clock.timed(() => networks.evaluate(question)) };
    case 'predict':
      return { seconds: await clock.medianOf(question.count, () => networks.predict(question)) };
    default:
      return question satisfies never;
  }
}

async function trainAnswer(networks: Networks, question: TrainQuestion, clock: Clock): Promise<Answer> {
  const before = networks.commands?.();
  let loss: number | undefined;
  const seconds = await clock.timed(async () => {
    loss = await networks.train(question);
  });
  const after = networks.commands?.();
  const share = (name: keyof Commands) => ((after?.[name] ?? 0) - (before?.[name] ?? 0)) / question.steps;
  const commands = after && { dispatches: share('dispatches'), submits: share('submits') };
  return { seconds, loss, commands };
}

/** Steps at the end of a training whose losses are read. */
export const LAST_LOSSES = 10;

/** The mean of the last losses. */
export function lastLoss(losses: readonly number[]): number {
  const last = losses.slice(-LAST_LOSSES);
  return last.reduce((sum, loss) => sum + loss, 0) / last.length;
}

/** Whole trainings, as the recipes are: some epochs of one, then as many of the next, until all are done. */

import { type Bench, progress, say } from '../bench.ts';
import type { Contender } from '../contender.ts';
import { models, type PublishedModel } from '../models.ts';
import { couture, pytorch, threadCounts } from '../starts.ts';
import type { Sweep } from './sweep.ts';

/** A whole training of a contender. */
export interface Whole {
  readonly model: 'A' | 'B';
  readonly family: string;
  readonly setting: string;
  readonly epochs: number;
  /** Of each turn, in order. */
  readonly seconds: readonly number[];
  readonly accuracy: number;
}

const EPOCHS_A_TURN = 5;

export async function measureWholes(bench: Bench, sweep: Sweep | undefined): Promise<Whole[]> {
  const wholes: Whole[] = [];
  for (const model of models) {
    const setting = sweep?.trainingOf[model.name];
    const contenders = await bench.startAll([
      ...threadCounts.map((threads) => couture(threads)),
      ...(sweep && setting ? [pytorch(sweep.python, setting)] : []),
    ]);
    wholes.push(...(await inTurns(bench, contenders, model)));
    bench.stopAll();
  }
  return wholes;
}

async function inTurns(
  bench: Bench,
  contenders: readonly Contender[],
  model: PublishedModel,
): Promise<Whole[]> {
  const of = Math.min(model.epochs, bench.options.wholeEpochs);
  say(`Whole training of ${model.name}: ${of} epochs of ${contenders.length} contenders`);
  const seconds = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
  const wholes: Whole[] = [];
  for (let done = 0; done < of; done += EPOCHS_A_TURN) {
    const epochs = Math.min(EPOCHS_A_TURN, of - done);
    // No one always follows the same one.
    for (const contender of done % 2 === 0 ? contenders : contenders.toReversed()) {
      const taken = seconds.get(contender);
      if (taken === undefined) continue;
      progress(`epochs ${done + 1} to ${done + epochs} of ${of}: ${contender.name}, model ${model.name}`);
      const answer = await contender.ask({ ask: 'whole', model, epochs, of });
      if (answer.seconds === undefined) {
        bench.lack(`${contender.name}, whole training ${model.name}`, answer.error ?? 'no answer');
        seconds.delete(contender);
        continue;
      }
      taken.push(answer.seconds);
      const { accuracy } = answer;
      const { family, setting } = contender;
      if (accuracy !== undefined)
        wholes.push({ model: model.name, family, setting, epochs: of, seconds: taken, accuracy });
    }
  }
  return wholes;
}

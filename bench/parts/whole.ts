/** Whole trainings, as the recipes are: some epochs of one, then as many of the next, until all are done. */

import { type Bench, progress, say } from '../bench.ts';
import type { Contender } from '../contender.ts';
import { best } from '../measure.ts';
import { models } from '../models.ts';
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
    const own = await bench.startAll(threadCounts.map((threads) => couture(threads)));
    const winner = sweep && best(sweep.results, 'PyTorch', `epoch ${model.name}`)?.setting;
    const peer = sweep?.training
      .map((setting) => pytorch(sweep.python, setting))
      .filter(({ setting }) => setting === winner);
    const contenders = [...own, ...(await bench.startAll(peer ?? []))];
    const { wholeEpochs } = bench.options;
    const of = Math.min(model.epochs, wholeEpochs);
    say(`Whole training of ${model.name}: ${of} epochs of ${contenders.length} contenders`);
    const seconds = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]));
    for (let done = 0; done < of; done += EPOCHS_A_TURN) {
      const epochs = Math.min(EPOCHS_A_TURN, of - done);
      // No one always follows the same one.
      for (const contender of done % 2 === 0 ? contenders : contenders.toReversed()) {
        progress(`epochs ${done + 1} to ${done + epochs} of ${of}: ${contender.name}, model ${model.name}`);
        const taken = seconds.get(contender);
        if (taken === undefined) continue;
        const answer = await contender.ask({ ask: 'whole', model, epochs, of });
        if (answer.seconds === undefined) {
          bench.lack(`${contender.name}, whole training ${model.name}`, answer.error ?? 'no answer');
          seconds.delete(contender);
          continue;
        }
        taken.push(answer.seconds);
        if (answer.accuracy === undefined) continue;
        const { family, setting } = contender;
        const { accuracy } = answer;
        wholes.push({ model: model.name, family, setting, epochs: of, seconds: taken, accuracy });
      }
    }
    bench.stopAll();
  }
  return wholes;
}

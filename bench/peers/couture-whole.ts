/** A whole training of Couture's, a few epochs at a time: a recipe into a run folder, as `couture train` does it. */

import { join } from 'node:path';
import { describeSplits } from '../../src/data/checksums.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import type { Backend } from '../../src/engine/backend.ts';
import type { TensorMap } from '../../src/model/network.ts';
import { nodePlatform } from '../../src/platform/node/platform.ts';
import { describeEnvironment } from '../../src/runs/environment.ts';
import type { Run } from '../../src/runs/run.ts';
import { createRun } from '../../src/runs/run-folder.ts';
import { inputOf, resolveConfig } from '../../src/train/config.ts';
import type { TrainEvent } from '../../src/train/events.ts';
import { train } from '../../src/train/train.ts';
import { Classifier } from '../../src/use/classifier.ts';
import { dataFolder, loadFashion } from '../data.ts';
import { CLASSES, type PublishedModel } from '../models.ts';

export class WholeTraining {
  isOver = false;
  readonly #run: Run;
  readonly #test: Dataset;
  readonly #events: AsyncGenerator<TrainEvent, void, void>;
  #epochs = 0;
  /** Of the epoch with the lowest validation loss. */
  #best: TensorMap = new Map();

  private constructor(run: Run, test: Dataset, events: AsyncGenerator<TrainEvent, void, void>) {
    this.#run = run;
    this.#test = test;
    this.#events = events;
  }

  /** Makes the run, for so many epochs. Nothing is trained yet. */
  static async create(backend: Backend, { recipe }: PublishedModel, epochs: number): Promise<WholeTraining> {
    const config = resolveConfig({ recipe, settings: { epochs, seed: 1 } });
    const { train: dataset, test } = await loadFashion();
    const env = describeEnvironment(nodePlatform.describeMachine(), backend.info, undefined);
    const data = await describeSplits(dataset, test);
    const name = `${recipe}-${process.pid}`;
    const root = join(dataFolder(), 'runs');
    const run = await createRun(nodePlatform, { config: { ...config, data }, env, root, name });
    return new WholeTraining(run, test, train(config, { backend, dataset }));
  }

  /** Trains until so many more epochs have their checkpoint; the last of all waits until everything is written. */
  async advance(epochs: number): Promise<void> {
    for (let done = 0; done < epochs; ) {
      const { value: event } = await this.#events.next();
      if (event === undefined) return;
      await this.#take(event);
      if (event.type === 'checkpoint') done++;
    }
    if (this.#epochs < this.#run.config.settings.epochs) return;
    for await (const event of this.#events) await this.#take(event);
    this.isOver = true;
  }

  async #take(event: TrainEvent): Promise<void> {
    if (event.type === 'epoch') this.#epochs++;
    if (event.type === 'epoch' && event.isBest) this.#best = event.parameters;
    await this.#run.consume(event);
  }

  /** Test accuracy of the best epoch. */
  async finish(backend: Backend): Promise<number> {
    const { model: spec } = this.#run.config;
    const classNames = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
    const input = inputOf(this.#run.config);
    const classifier = new Classifier({
      spec,
      input,
      classNames,
      weights: this.#best,
      backend,
      shared: true,
    });
    const outputs = await classifier.logProbabilities(this.#test.images);
    await this.#run.close();
    let right = 0;
    for (let i = 0; i < this.#test.length; i++) {
      const row = outputs.subarray(i * CLASSES, (i + 1) * CLASSES);
      if (row.indexOf(Math.max(...row)) === this.#test.labels[i]) right++;
    }
    return right / this.#test.length;
  }
}

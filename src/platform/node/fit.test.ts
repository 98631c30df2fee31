import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { memoryPlatform } from '../../../test/memory-platform.ts';
import { tinyTrain } from '../../../test/tiny-data.ts';
import { imageAt } from '../../data/dataset.ts';
import { trainRun } from '../../runs/experiment.ts';
import { networkSha256 } from '../../ship/network.ts';
import { resolveConfig } from '../../train/config.ts';
import type { FitOptions } from '../../use/fit.ts';
import { createNodeBackend } from './engine/backend.ts';
import { fit } from './fit.ts';

const settings = { hidden: [8], epochs: 4, batchSize: 8, dropout: [0.2], seed: 3 } as const;
const short: FitOptions = { settings: { ...settings, hidden: [8], dropout: [0.2], epochs: 2 } };

test('fit gives the weights and the history of a run of the same config, to the bit', async () => {
  for (const more of [{}, { average: 0.9, flip: true }, { select: 'last' as const }, { fast: true }]) {
    const own = { ...settings, hidden: [8], dropout: [0.2], ...more };
    const { classifier, weights, history, best, config, backend } = await fit(tinyTrain, { settings: own });
    const { metrics, run } = await trainRun(memoryPlatform(), {
      config: resolveConfig({ dataset: tinyTrain, settings: own }),
    });
    assert.equal(await networkSha256({ spec: config.model, weights }), metrics.weightsSha256);
    assert.equal(best.epoch, metrics.bestEpoch);
    assert.equal(best.validationLoss, metrics.validationLoss);
    const rows = await run.history();
    assert.deepEqual(
      history.map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]),
      rows.map(({ trainLoss, validationLoss }) => [trainLoss, validationLoss]),
    );
    assert.equal(backend.variant.endsWith('-fast'), 'fast' in more);
    const answers = await classifier.predictMany([0, 1, 2].map((i) => imageAt(tinyTrain, i)));
    assert.deepEqual(
      answers.map(({ label }) => label),
      ['top', 'middle', 'bottom'],
    );
    await classifier.dispose();
  }
});

describe('who watches', () => {
  test('is told of each epoch and each step, and may end training with an epoch', async () => {
    const epochs: number[] = [];
    const steps: string[] = [];
    const { classifier, history } = await fit(tinyTrain, {
      ...short,
      settings: { ...short.settings, epochs: 50 },
      onStep: ({ epoch, step, steps: all }) => steps.push(`${epoch}: ${step} of ${all}`),
      onEpoch: async ({ epoch, epochs: all, isBest }) => {
        assert.equal(all, 50);
        assert.equal(typeof isBest, 'boolean');
        epochs.push(epoch);
        await Promise.resolve();
        return epoch < 3;
      },
    });
    assert.deepEqual([epochs, history.length], [[1, 2, 3], 3]);
    assert.ok(steps.includes('1: 12 of 12') && steps.includes('3: 12 of 12'), steps.join());
    assert.equal((await classifier.predict(imageAt(tinyTrain, 1))).label.length > 0, true);
    await classifier.dispose();
  });

  test('stops it by a signal, before it begins and within it', async () => {
    await assert.rejects(fit(tinyTrain, { ...short, signal: AbortSignal.abort() }), { kind: 'interrupted' });
    const controller = new AbortController();
    const reason = new Error('enough');
    const fitting = fit(tinyTrain, {
      ...short,
      settings: { ...short.settings, epochs: 10_000 },
      signal: controller.signal,
      onEpoch: ({ epoch }) => {
        if (epoch === 2) controller.abort(reason);
      },
    });
    await assert.rejects(fitting, (error: Error & { kind?: string }) => {
      assert.deepEqual([error.kind, error.cause], ['interrupted', reason]);
      return true;
    });
  });

  test('gets the error that it throws, and no worker is left behind', async () => {
    const backend = await createNodeBackend({ threads: 2 });
    const onEpoch = (): never => {
      throw new RangeError('mine');
    };
    await assert.rejects(fit(tinyTrain, { ...short, backend, onEpoch }), {
      name: 'RangeError',
      message: 'mine',
    });
    // A backend of one's own stays, and can be used again.
    const { classifier } = await fit(tinyTrain, { ...short, backend });
    await classifier.dispose();
    const again = await fit(tinyTrain, { ...short, backend });
    await again.classifier.dispose();
    await backend.dispose();
  });
});

test('what cannot be trained is refused in a sentence', async () => {
  const wrong: [unknown[], RegExp][] = [
    [[], /fit: dataset must be a data set, .* not undefined/],
    [[{}], /fit: dataset.info must be an object, not undefined/],
    [[tinyTrain, null], /fit: options must be an object of options, not null/],
    [[tinyTrain, { epochs: 3 }], /fit: epochs is a setting, not an option/],
    [[tinyTrain, { onEnd: () => {} }], /fit: options has no "onEnd": it may have recipe, settings/],
    [[tinyTrain, { onEpoch: 'log' }], /options\.onEpoch must be a function, not the string "log"/],
    [[tinyTrain, { signal: {} }], /options\.signal must be an AbortSignal/],
    [[tinyTrain, { backend: {} }], /options\.backend must be/],
    [[tinyTrain, { backend: 'abacus' }], /abacus/],
    [[tinyTrain, { recipe: 'none' }], /There is no recipe "none"/],
    [[tinyTrain, { settings: { epochs: 0 } }], /epochs must be at least 1, not the number 0/],
    [[tinyTrain, { settings: { validation: 0.001 } }], /leaves none to validate with/],
    [
      [tinyTrain, { settings: { teacher: 'nobody', distillation: 0.5 } }],
      /The teacher nobody cannot be opened/,
    ],
    [
      [{ ...tinyTrain, labels: Uint16Array.from(tinyTrain.labels).fill(7) }],
      /label 7 of image 0 is out of range/,
    ],
  ];
  for (const [args, message] of wrong) {
    const call = fit as (...args: unknown[]) => Promise<unknown>;
    await assert.rejects(call(...args), { name: 'CoutureError', message }, String(message));
  }
});

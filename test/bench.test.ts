/** What the bench itself does: it counts zeros, asks contenders, and puts a network back to where it was. */

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Contender } from '../bench/contender.ts';
import type { Model } from '../bench/models.ts';
import { sharesOf } from '../bench/parts/zeros.ts';
import { NetworkUnderway } from '../bench/peers/couture-state.ts';
import { keyFromSeed } from '../src/core/philox.ts';
import { createBackend } from '../src/engine/create.ts';
import { initialize } from '../src/model/init.ts';
import { buildProgram } from '../src/model/program.ts';
import { multilayer } from '../src/model/spec.ts';
import { inputFor } from './dataset-fixture.ts';
import { tinyTrain } from './tiny-data.ts';

test('zeros are counted as training has them: dropout makes some, ReLU others, and a gradient is 0 with its output', () => {
  const program = buildProgram(multilayer(36, [40, 30], 3, [0.5, 0]), inputFor(tinyTrain.info.shape));
  const indices = Uint32Array.from({ length: tinyTrain.length }, (_, i) => i);
  const weights = initialize(program.plan, keyFromSeed(1));
  const { inputs, gradients } = sharesOf(program, weights, tinyTrain, indices, 0);
  // Of the pixels, which are scaled around their middle, nearly none is 0.
  assert.ok(inputs[0] < 0.01, `${inputs[0]}`);
  // About half of what ReLU leaves is dropped.
  assert.ok(inputs[1] > 0.6 && inputs[1] < 0.9, `${inputs[1]}`);
  assert.ok(inputs[2] > 0.2 && inputs[2] < 0.8, `${inputs[2]}`);
  assert.deepEqual(gradients.slice(0, 2), inputs.slice(1));
  assert.equal(gradients[2], 0);
});

describe('a contender', () => {
  const contender = (script: string) =>
    new Contender({ family: 'Script', setting: 'plain', command: process.execPath, args: ['-e', script] });

  test('answers one question at a time, and is halted in between', async () => {
    const asked = contender(
      `let ticks = 0; setInterval(() => ticks++, 5);
       console.log('a greeting');
       process.stdin.on('data', () => console.log(JSON.stringify({ seconds: ticks })));`,
    );
    try {
      const first = await asked.ask({ ask: 'info' });
      await new Promise((later) => setTimeout(later, 400));
      const second = await asked.ask({ ask: 'info' });
      assert.ok((second.seconds ?? 0) - (first.seconds ?? 0) < 40, JSON.stringify([first, second]));
    } finally {
      asked.stop();
    }
  });

  test('that ends says why, and goes on saying so', async () => {
    const ended = contender('process.stderr.write("ImportError: no torch\\n"); process.exit(1)');
    assert.match((await ended.ask({ ask: 'info' })).error ?? '', /ImportError: no torch/);
    assert.match((await ended.ask({ ask: 'info' })).error ?? '', /ImportError: no torch/);
  });
});

test('a network goes back to where so many epochs took it, in this process and in the next', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'couture-bench-test-'));
  Object.assign(process.env, { COUTURE_BENCH_DATA: folder });
  const backend = await createBackend({ backend: 'wasm' });
  try {
    const model: Model = { name: 'small', hidden: [8], dropout: [], learningRate: 0.01 };
    const network = await NetworkUnderway.create(backend, model, 4);
    const marked = new Float32Array(8).fill(7);
    let trainings = 0;
    // Stands for a training: what matters is that it is there again.
    const train = (made: NetworkUnderway) => async () => {
      trainings++;
      made.step = 12;
      await made.session.write('fc1.bias', marked, 'firstMoment');
    };
    await network.start(1, train(network));
    await network.start(0, async () => {});
    assert.equal(network.step, 0);
    assert.deepEqual(await network.session.read('fc1.bias', 'firstMoment'), new Float32Array(8));
    const other = await NetworkUnderway.create(backend, model, 4);
    for (const again of [network, other]) {
      await again.start(1, train(again));
      assert.equal(again.step, 12);
      assert.deepEqual(await again.session.read('fc1.bias', 'firstMoment'), marked);
    }
    assert.equal(trainings, 1);
    assert.deepEqual((await readdir(folder)).sort(), [
      'state-8-batch-4-epochs-0',
      'state-8-batch-4-epochs-1',
    ]);
  } finally {
    await backend.dispose();
    await rm(folder, { recursive: true });
  }
});

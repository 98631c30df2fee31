/** Every backend against PyTorch 1.13: first weights to the bit, gradients and losses to 1e-5 relative. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { Backend, DeviceImages } from '../../src/engine/backend.ts';
import { initialize } from '../../src/model/init.ts';
import { planModel } from '../../src/model/plan.ts';
import { testedBackends } from '../backends.ts';
import { goldens } from './fixtures.ts';
import {
  assertClose,
  checkGradients,
  checkLosses,
  runKey,
  startSession,
  trainSteps,
  uploadBatch,
} from './steps.ts';

const TOLERANCE = 1e-5;

for (const golden of goldens) {
  test(`${golden.name}: the first weights are those of make_fixtures.py, to the bit`, () => {
    const plan = planModel(golden.spec);
    const tensors = initialize(plan, runKey);
    const hash = createHash('sha256');
    // A norm's are all 1 or 0.
    for (const { name, part } of plan.parameters) {
      if (part !== 'weight' && part !== 'bias') continue;
      const values = tensors.get(name)!;
      const bytes = new DataView(new ArrayBuffer(values.length * 4));
      values.forEach((value, i) => {
        bytes.setFloat32(i * 4, value, true);
      });
      hash.update(bytes);
    }
    assert.equal(hash.digest('hex'), golden.initialWeightsSha256);
  });
}

for (const { title, create } of testedBackends) {
  describe(title, () => {
    let backend: Backend;
    let batch: DeviceImages;
    before(async () => {
      backend = await create();
      batch = await uploadBatch(backend);
    });
    after(() => backend.dispose());

    for (const golden of goldens) {
      test(`${golden.name}: every gradient of the first step`, async () =>
        await checkGradients(backend, batch, golden, TOLERANCE));

      for (const keepGradients of [true, false]) {
        const path = keepGradients ? 'gradients kept' : 'gradients not kept';
        test(`${golden.name}: the loss of ten steps and of inference, ${path}`, async () =>
          await checkLosses(backend, batch, golden, { tolerance: TOLERANCE, keepGradients }));
      }

      test(`${golden.name}: ten steps one call at a time are ten steps in one call`, async () => {
        const session = await startSession(backend, golden, {});
        const losses: number[] = [];
        for (let step = 0; step < golden.losses.length; step++) {
          losses.push(...(await trainSteps(session, batch, golden, step, 1)));
        }
        assertClose(losses, golden.losses, TOLERANCE);
        session.dispose();
      });
    }
  });
}

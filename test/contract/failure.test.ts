/** What the engine does when a part of it fails: it stops with that part's error, and says nothing stale. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Backend, Session, TrainRequest } from '../../src/engine/backend.ts';
import { createBackend } from '../../src/engine/create.ts';
import type { CompileKernels, FromWorker, WorkerHandle } from '../../src/engine/wasm/platform.ts';
import type { ToWorker } from '../../src/engine/wasm/protocol.ts';
import { buildProgram, type Op } from '../../src/model/program.ts';
import { linear, logSoftmax, sequential } from '../../src/model/spec.ts';
import { createNodeBackend, spawnWorker } from '../../src/platform/node/engine/backend.ts';
import { createPaired } from '../../src/platform/node/engine/pairing.ts';
import { gray, rowInput } from '../dataset-fixture.ts';

const program = buildProgram(sequential(linear(4, 3), logSoftmax()), rowInput(4));
const indices = Uint32Array.from({ length: 40 }, (_, i) => i);

/** A real worker that gets a job which it cannot run. */
function sabotaged(worker: WorkerHandle): WorkerHandle {
  return {
    ...worker,
    post(message: ToWorker) {
      if (message.type === 'job') {
        worker.post({ type: 'job', job: { ...message.job, ops: [undefined as unknown as Op] } });
      } else worker.post(message);
    },
  };
}

describe('a worker that fails', () => {
  it('ends the job with its error, frees the other threads, and fails every later job', async () => {
    let spawned = 0;
    const spawn = () => (spawned++ === 1 ? sabotaged(spawnWorker()) : spawnWorker());
    const backend = await createBackend({ threads: 3, spawn });
    const session = await backend.createSession(program);
    const images = await backend.upload(new Uint8Array(160), gray(1, 4));
    const expected = { name: 'CoutureError', kind: 'runtime', message: /A worker of the engine failed/ };
    await assert.rejects(session.infer(images, indices), expected);
    await assert.rejects(session.infer(images, indices), expected);
    await backend.dispose();
  });

  it('that cannot even start is reported', async () => {
    const spawn = (): WorkerHandle => ({
      post() {},
      listen: (listener) => listener({ type: 'failed', message: 'no such script', stack: undefined }),
      terminate: () => Promise.resolve(),
    });
    await assert.rejects(createBackend({ threads: 1, spawn }), /no such script/);
  });

  it('that sends an invalid answer has failed', async () => {
    for (const message of [null, undefined, 5, {}, { type: 'toString' }]) {
      const spawn = (): WorkerHandle => ({
        post() {},
        listen: (listener) => listener(message as FromWorker),
        terminate: () => Promise.resolve(),
      });
      const expected = { kind: 'runtime', message: /sent an invalid answer/ };
      await assert.rejects(createBackend({ threads: 1, spawn }), expected);
    }
  });
});

describe('pairing', () => {
  const oracle = () => createBackend({ backend: 'reference' });

  it('is given up where its bits differ from the reference’s', async () => {
    const flags: boolean[] = [];
    /** A backend that computes, now and then, another number. */
    const wrong = (backend: Backend): Backend => ({
      ...backend,
      async createSession(plan) {
        const session = await backend.createSession(plan);
        const read: Session['read'] = async (name, role) =>
          (await session.read(name, role)).map((value) => value + 1e-7);
        return Object.assign(Object.create(session), {
          train: session.train.bind(session),
          infer: session.infer.bind(session),
          write: session.write.bind(session),
          dispose: session.dispose.bind(session),
          read,
        });
      },
    });
    const create = async (wide: boolean, compile?: CompileKernels) => {
      const backend = await createBackend({ wide, compile });
      return wide ? wrong(backend) : backend;
    };
    const backend = await createPaired(create, oracle, (on) => flags.push(on));
    assert.equal(backend.info.variant, 'simd128');
    assert.deepEqual(flags, [true, false]);
  });

  it('leaves the process its flags, also where compiling fails, and two starts at once do not mix them', async () => {
    const flags: boolean[] = [];
    const start = (create: (wide: boolean, compile?: CompileKernels) => Promise<Backend>) =>
      createPaired(create, oracle, (on) => flags.push(on));
    const failed = start(async (wide, compile) => {
      await compile?.(Uint8Array.of(1, 2, 3));
      return createBackend({ wide });
    });
    const both = [1, 2].map(() => start((wide, compile) => createBackend({ wide, compile })));
    await assert.rejects(failed, /WebAssembly/);
    for (const backend of await Promise.all(both)) assert.equal(backend.info.variant, 'simd256');
    assert.deepEqual(flags, [true, false, true, false, true, false]);
    await assert.rejects(
      createPaired(
        (wide) => createBackend({ wide }),
        () => Promise.reject(new Error('no oracle')),
        () => {},
      ),
      /no oracle/,
    );
  });

  it('is kept where they agree', async () => {
    const backend = await createPaired(
      (wide) => createBackend({ wide }),
      oracle,
      () => {},
    );
    assert.equal(backend.info.variant, 'simd256');
  });
});

describe('what is asked wrongly', () => {
  it('is refused before any work', async () => {
    for (const threads of [0, 1.5, 257, Number.NaN]) {
      await assert.rejects(createNodeBackend({ threads }), { kind: 'usage', message: /thread count/ });
    }
    const backend = await createBackend();
    const other = await createBackend();
    const session = await backend.createSession(program);
    const images = await other.upload(new Uint8Array(160), gray(1, 4));
    await assert.rejects(session.infer(images, indices), /uploaded to another backend/);
    const request = {
      images: await backend.upload(new Uint8Array(160), gray(1, 4)),
      labels: new Uint16Array(40),
      indices,
      batchSize: 8,
      firstStep: 0,
      learningRates: new Float32Array(5),
      optimizer: { name: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      dropoutKey: [1, 2],
    } as const;
    const refused: [Partial<TrainRequest>, RegExp][] = [
      [
        { labels: new Uint16Array(40).fill(3) },
        /Label 3 of image 0 is out of range: the network has 3 classes/,
      ],
      [{ labels: new Uint16Array(39) }, /Label \(none\) of image 39 is out of range/],
      [{ learningRates: new Float32Array(4) }, /Expected 5 learning rates, one for each step, not 4/],
      [{ batchSize: 0 }, /batch size must be a whole number above 0, not 0/],
      [{ indices: Uint32Array.of(40) }, /Image index 40 is out of range: there are 40 images/],
    ];
    for (const [change, message] of refused)
      await assert.rejects(session.train({ ...request, ...change }), { kind: 'usage', message });
    const small = await backend.upload(new Uint8Array(9), gray(1, 3));
    await assert.rejects(session.infer(small, indices), /takes images of 1x4 gray, but these are 1x3 gray/);
    await assert.rejects(session.read('fc2.weight'), /no parameter fc2.weight/);
    await assert.rejects(session.write('fc1.weight', new Float32Array(3)), /must have 12 values, not 3/);
    await assert.rejects(session.read('fc1.weight', 'gradient'), /is not kept/);
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { gray, rowInput } from '../../../test/dataset-fixture.ts';
import { buildProgram } from '../../model/program.ts';
import { linear, logSoftmax, sequential } from '../../model/spec.ts';
import { createBackend } from '../create.ts';
import { type Block, WasmMemory } from './memory.ts';

test('blocks never overlap, are zero and aligned, and all of the memory comes back', () => {
  const step = fc.oneof(
    fc.integer({ min: 1, max: 200_000 }).map((bytes) => ({ bytes })),
    fc.nat(20).map((release) => ({ release })),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const memory = new WasmMemory(false);
      const held: Block[] = [];
      for (const action of steps) {
        if ('bytes' in action) {
          const block = memory.allocate(action.bytes);
          assert.ok(block.start % 64 === 0 && block.start >= 1024 && block.size >= action.bytes);
          for (const other of held) {
            assert.ok(block.start >= other.start + other.size || other.start >= block.start + block.size);
          }
          const bytes = memory.bytes(block.start, action.bytes);
          assert.ok(bytes.every((byte) => byte === 0));
          bytes.fill(255);
          held.push(block);
        } else if (held.length > 0) {
          memory.release(held.splice(action.release % held.length, 1)[0]);
        }
      }
      for (const block of held) memory.release(block);
      assert.equal(memory.allocate(64).start, 1024);
    }),
    { numRuns: 50 },
  );
});

test('a request past the limit is refused with a sentence', () => {
  const memory = new WasmMemory(false);
  assert.throws(() => memory.allocate(2 ** 31 + 1), {
    kind: 'runtime',
    message: 'Out of memory: the engine needs 2,049 MiB, but only 2,048 MiB are available.',
  });
  const small = new WasmMemory(false, 2 ** 20);
  small.check(2 ** 19);
  assert.throws(() => small.check(2 ** 19, 2 ** 19), /needs 2 MiB, but only 1 MiB are available/);
  assert.equal(small.memory.buffer.byteLength, 2 ** 20, 'nothing was taken');
});

test('where 2 GiB of addresses are refused, as on phones, the engine runs with fewer', async (t) => {
  const Whole = WebAssembly.Memory;
  const asked: number[] = [];
  class Small extends Whole {
    constructor(descriptor: WebAssembly.MemoryDescriptor) {
      const { maximum = 0 } = descriptor;
      asked.push(maximum);
      if (maximum > 4096) throw new RangeError('could not allocate memory');
      super(descriptor);
    }
  }
  t.after(() => {
    WebAssembly.Memory = Whole;
  });
  WebAssembly.Memory = Small;
  const backend = await createBackend({});
  assert.deepEqual(asked, [32_768, 16_384, 8192, 4096]);
  const images = await backend.upload(new Uint8Array(12), gray(1, 6));
  const session = await backend.createSession(
    buildProgram(sequential(linear(6, 2), logSoftmax()), rowInput(6)),
  );
  assert.equal((await session.infer(images, Uint32Array.of(0, 1))).length, 4);
  await assert.rejects(backend.upload(new Uint8Array(300 * 2 ** 20), gray(1, 1)), {
    message: /Out of memory/,
  });
  WebAssembly.Memory = class {
    constructor() {
      throw new RangeError('could not allocate memory');
    }
  } as unknown as typeof Whole;
  await assert.rejects(createBackend({}), { kind: 'backend', message: /the engine could not be started/ });
});

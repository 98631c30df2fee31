import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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
    message: 'Out of memory: the engine needs 2,049 MiB, and it can have 2,048 MiB.',
  });
  const small = new WasmMemory(false, 2 ** 20);
  small.check(2 ** 19);
  assert.throws(() => small.check(2 ** 19, 2 ** 19), /needs 2 MiB, and it can have 1 MiB/);
  assert.equal(small.memory.buffer.byteLength, 2 ** 20, 'nothing was taken');
});

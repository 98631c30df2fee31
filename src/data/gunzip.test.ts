import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { CoutureError } from '../core/errors.ts';
import { gunzip, isGzip } from './gunzip.ts';

function dataError(pattern: RegExp) {
  return (error: unknown) => {
    assert.ok(error instanceof CoutureError, String(error));
    assert.equal(error.kind, 'data');
    assert.match(error.message, pattern);
    assert.ok(error.hint);
    return true;
  };
}

function streamOf(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.subarray(i, i + size));
      controller.close();
    },
  });
}

describe('gunzip', () => {
  it('gives back what was packed, from bytes and from streams cut anywhere', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2000 }),
        fc.integer({ min: 1, max: 300 }),
        async (plain, size) => {
          const packed = gzipSync(plain);
          assert.ok(isGzip(packed));
          const options = { name: 'f', limit: plain.length };
          assert.deepEqual(await gunzip(packed, options), plain);
          assert.deepEqual(await gunzip(streamOf(packed, size), options), plain);
        },
      ),
    );
  });

  it('refuses every truncation, every surplus and every flipped bit of the body or its sum', async () => {
    const anything = fc.uint8Array({ minLength: 1, maxLength: 500 });
    await fc.assert(
      fc.asyncProperty(
        anything,
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 30 }),
        async (plain, at, more) => {
          const packed = new Uint8Array(gzipSync(plain));
          const options = { name: 'x.gz', limit: 1000 };
          const short = packed.subarray(0, at % packed.length);
          await assert.rejects(gunzip(short, options), dataError(/^x\.gz: /));
          await assert.rejects(gunzip(Buffer.concat([packed, more]), options), dataError(/^x\.gz: /));
          const flipped = packed.slice();
          flipped[flipped.length - 1 - (at % 8)] ^= 1;
          await assert.rejects(gunzip(flipped, options), dataError(/^x\.gz: /));
        },
      ),
    );
  });

  it('answers random bytes, with and without the magic, by an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, withMagic) => {
        const tried = withMagic ? Uint8Array.of(0x1f, 0x8b, 8, 0, ...bytes) : bytes;
        await assert.rejects(gunzip(tried, { name: 'f', limit: 100 }), dataError(/^f: /));
      }),
      { numRuns: 300 },
    );
    await assert.rejects(
      gunzip(Uint8Array.of(1, 2, 3), { name: 'f', limit: 9 }),
      dataError(/begins with 01 02/),
    );
  });

  it('stops a bomb at its limit', async () => {
    const bomb = gzipSync(new Uint8Array(256 << 20), { level: 9 });
    const before = process.memoryUsage().rss;
    const began = performance.now();
    await assert.rejects(
      gunzip(bomb, { name: 'bomb', limit: 1 << 16 }),
      dataError(/more than the expected 65536 bytes/),
    );
    assert.ok(performance.now() - began < 1000);
    assert.ok(process.memoryUsage().rss - before < 100 << 20);
    const one = gzipSync(new Uint8Array(101));
    await assert.rejects(gunzip(one, { name: 'f', limit: 100 }), dataError(/more than the expected 100/));
  });

  it('stops when told to', async () => {
    const signal = AbortSignal.abort();
    const failure = { name: 'CoutureError', kind: 'interrupted' };
    await assert.rejects(gunzip(gzipSync(new Uint8Array(9)), { name: 'f', limit: 9, signal }), failure);
  });
});

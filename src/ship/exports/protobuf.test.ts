/** Bytes as the encoding guide of Protocol Buffers has them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { block, float, integer, message } from './protobuf.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('numbers, floats, text and messages have their bytes', () => {
  assert.equal(hex(integer(1, 150)), '089601');
  assert.equal(hex(integer(1, 0)), '0800');
  assert.equal(hex(integer(8, -1)), `40${'ff'.repeat(9)}01`);
  assert.equal(hex(integer(20, 2 ** 40)), 'a001808080808020');
  assert.equal(hex(float(2, 1)), '150000803f');
  assert.equal(hex(block(2, 'testing')), '120774657374696e67');
  assert.equal(hex(block(3, message(integer(1, 150)))), '1a03089601');
  assert.equal(hex(block(14, '')), '7200');
  assert.equal(hex(block(2, 'x'.repeat(200)).subarray(0, 3)), '12c801');
});

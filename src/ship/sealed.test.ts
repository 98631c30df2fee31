import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeSafetensors, type StoredTensor } from './safetensors.ts';
import { decodeSealed, decodeSealedFloats, encodeSealed } from './sealed.ts';

const tensors = new Map<string, StoredTensor>([
  ['a', { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, 1e-8) }],
  ['b', { shape: [3], data: Uint16Array.of(1, 2, 3) }],
]);
const metadata = { format: 'pt', note: 'a "quoted" text' };

test('tensors and metadata come back, without the digest; same contents, same bytes', async () => {
  const bytes = await encodeSealed(tensors, metadata);
  assert.deepEqual(await encodeSealed(tensors, metadata), bytes);
  assert.deepEqual(await decodeSealed(bytes, 'x'), { tensors, metadata });
});

test('whichever byte has changed, the reader says so', async () => {
  const whole = await encodeSealed(tensors, metadata);
  for (let place = 0; place < whole.length; place++) {
    const bytes = whole.slice();
    bytes[place] ^= 1;
    await assert.rejects(decodeSealed(bytes, 'x.safetensors'), { kind: 'data', message: /x\.safetensors/ });
  }
});

test('a file without a digest, or with one that is not its own, is refused', async () => {
  await assert.rejects(decodeSealed(encodeSafetensors(tensors), 'x'), {
    kind: 'data',
    message: /no digest of its contents/,
  });
  for (const digest of ['', '0'.repeat(64), 'f'.repeat(63)]) {
    const bytes = encodeSafetensors(tensors, { 'couture.sha256': digest });
    await assert.rejects(decodeSealed(bytes, 'x'), { kind: 'data', message: /digest/ });
  }
});

test('where float32 is wanted, nothing else is taken', async () => {
  const bytes = await encodeSealed(tensors);
  await assert.rejects(decodeSealedFloats(bytes, 'x'), { kind: 'data', message: /"b"/ });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from './sha256.ts';

/** FIPS 180-2, appendix B.1. */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

test('the digest is the published one, with the platform and without', async (context) => {
  const bytes = new TextEncoder().encode('abc');
  assert.equal(await sha256(bytes), ABC);
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set(bytes);
  assert.equal(await sha256(shared), ABC);
  context.mock.getter(globalThis, 'crypto', () => undefined);
  assert.equal(await sha256(bytes), ABC);
});

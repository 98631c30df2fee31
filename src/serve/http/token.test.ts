/** Tokens are compared by a function whose time does not depend on what is right. */

import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { mock, test } from 'node:test';
import { checkToken, TokenCheck } from './token.ts';

test('every comparison, of a right, a wrong or no token, is one call of timingSafeEqual with equal lengths', async () => {
  const compared = mock.method(crypto, 'timingSafeEqual');
  syncBuiltinESMExports();
  try {
    const check = new TokenCheck('a-token-for-tests-1234');
    const given = ['Bearer a-token-for-tests-1234', 'Bearer a', undefined, `Bearer ${'x'.repeat(8000)}`];
    assert.deepEqual(
      given.map((header) => check.accepts(header)),
      [true, false, false, false],
    );
    assert.equal(compared.mock.callCount(), given.length);
    for (const { arguments: args } of compared.mock.calls)
      for (const part of args) assert.equal((part as Buffer).length, 32);
  } finally {
    compared.mock.restore();
    syncBuiltinESMExports();
  }
});

test('a token that is short, long or has other characters is refused, without being printed', () => {
  assert.equal(checkToken(' 0123456789abcdef\n', 'F'), '0123456789abcdef');
  for (const wrong of [
    '',
    'short',
    'x'.repeat(513),
    '0123456789 abcdef',
    '0123456789abcdefé',
    '0123456789\nabcdef',
  ])
    assert.throws(
      () => checkToken(wrong, 'the-file'),
      (error: Error) =>
        error.message.includes('the-file') && (wrong === '' || !error.message.includes(wrong)),
    );
});

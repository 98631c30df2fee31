/** The content policy lets a page load its own files alone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyText } from './policy.ts';

test('the policy allows no address but its own, and no code or style from text', () => {
  const text = policyText();
  assert.doesNotMatch(text, /https?:|\*|'unsafe-inline'|'unsafe-eval'|sha256/);
  assert.match(text, /^default-src 'none';/);
});

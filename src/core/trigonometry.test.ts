import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cosine, sine } from './trigonometry.ts';

test('sine and cosine agree with the engine’s to 1e-15', () => {
  for (let i = -1000; i <= 1000; i++) {
    const x = (i / 1000) * (Math.PI / 2);
    assert.ok(Math.abs(sine(x) - Math.sin(x)) <= 1e-15, `sine of ${x}`);
    const y = x + Math.PI / 2;
    assert.ok(Math.abs(cosine(y) - Math.cos(y)) <= 1e-15, `cosine of ${y}`);
  }
  assert.equal(sine(0), 0);
});

/** The one inline style that pages may have is that of a chart. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { chart } from '../figures/chart.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { CHART_STYLE, policyText } from './policy.ts';

test('the hash in the content policy is that of the style of a chart', () => {
  const styles = chart(nodeDocument(), { marks: [] }).querySelectorAll('style');
  const hashes = [...styles].map(({ textContent }) => {
    return `sha256-${createHash('sha256')
      .update(textContent ?? '')
      .digest('base64')}`;
  });
  assert.deepEqual(hashes, [CHART_STYLE]);
});

test('the policy allows no address but its own, and no code from text', () => {
  const text = policyText();
  assert.doesNotMatch(text, /https?:|\*|'unsafe-inline'|'unsafe-eval'/);
  assert.match(text, /default-src 'none'/);
});

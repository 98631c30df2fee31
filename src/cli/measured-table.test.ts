import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meanAndSpread, replaceBlock, spreadText } from './measured-table.ts';

test('mean and sample deviation', () => {
  const { mean, spread } = meanAndSpread([0.1, 0.2, 0.3, 0.4]);
  assert.ok(Math.abs(mean - 0.25) < 1e-12 && Math.abs((spread ?? 0) ** 2 - 0.05 / 3) < 1e-12);
  assert.deepEqual(meanAndSpread([7]), { mean: 7, spread: null });
  assert.deepEqual([spreadText(0.00123), spreadText(null)], [' ± 0.12', '']);
});

test('only what stands between the marks is replaced', () => {
  const document = 'before\n<!-- table:seeds -->\nold\n<!-- /table:seeds -->\nafter\n';
  const replaced = replaceBlock(document, 'seeds', 'new $& text', 'README.md');
  assert.equal(replaced, 'before\n<!-- table:seeds -->\nnew $& text\n<!-- /table:seeds -->\nafter\n');
  assert.equal(replaceBlock(replaced, 'seeds', 'old', 'README.md'), document);
  for (const broken of ['', '<!-- /table:seeds --><!-- table:seeds -->', document + document])
    assert.throws(() => replaceBlock(broken, 'seeds', 'x', 'README.md'), {
      kind: 'usage',
      message: /README\.md/,
    });
});

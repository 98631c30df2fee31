import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { dimsOf, findDataset, registry, roles, rolesOf } from './registry.ts';

describe('registry', () => {
  it('is sound: names, sums, sizes and addresses', () => {
    assert.equal(new Set(registry.map(({ name }) => name)).size, registry.length);
    const sums = new Set<string>();
    for (const entry of registry) {
      assert.equal(new Set(entry.classNames).size, entry.classNames.length, entry.name);
      for (const role of roles) {
        const { bytes, sha256, gzipMd5 } = entry.files[role];
        const dims = dimsOf(entry, role);
        const values = dims.reduce((a, b) => a * b, 1);
        assert.equal(bytes, 4 + 4 * dims.length + values);
        assert.match(sha256 ?? '0'.repeat(64), /^[0-9a-f]{64}$/);
        assert.match(gzipMd5 ?? '0'.repeat(32), /^[0-9a-f]{32}$/);
        for (const sum of [sha256, gzipMd5]) {
          if (sum === null) continue;
          assert.ok(!sums.has(sum), `${entry.name} ${role}: a sum appears twice`);
          sums.add(sum);
        }
      }
      for (const mirror of entry.mirrors) assert.match(mirror, /^https:.*\/$/);
      // Only files whose own sums are known can have been checked.
      assert.equal(
        entry.checked,
        roles.every((role) => entry.files[role].sha256 !== null),
        entry.name,
      );
    }
  });

  it('knows the classes of EMNIST by their mappings', () => {
    const letters = findDataset('emnist-letters')!;
    assert.deepEqual([letters.classNames.length, letters.labelOffset, letters.classNames[0]], [26, 1, 'A/a']);
    const balanced = findDataset('emnist-balanced')!;
    assert.deepEqual(
      [balanced.classNames.length, balanced.classNames[36], balanced.classNames[46]],
      [47, 'a', 't'],
    );
    assert.equal(findDataset('emnist-byclass')!.classNames.length, 62);
    assert.equal(findDataset('nothing'), undefined);
    assert.deepEqual(rolesOf('test'), ['test-images', 'test-labels']);
  });
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { storeCases } from '../../../../test/store-contract.ts';
import { folderStore } from './folder-store.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-store-'));
after(() => rm(root, { recursive: true, force: true }));

describe('a store in folders', () => {
  for (const { title, run } of storeCases)
    test(title, async () => await run(folderStore, await mkdtemp(join(root, 'case-'))));

  test('devices and pipes are not read, and a file may be a link', async () => {
    await assert.rejects(folderStore.read('/dev/null', 10), { kind: 'data', message: /not a file/ });
    await writeFile(join(root, 'file'), 'abc');
    await symlink(join(root, 'file'), join(root, 'link'));
    assert.deepEqual(await folderStore.read(join(root, 'link'), 10), new TextEncoder().encode('abc'));
  });
});

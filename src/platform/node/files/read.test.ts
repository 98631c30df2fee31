import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openRegular, readHead, readLimited } from './read.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-read-'));
after(() => rm(root, { recursive: true, force: true }));

const file = join(root, 'file');
await writeFile(file, 'abc');

test('a file is read up to the limit, and through a link', async () => {
  const link = join(root, 'link');
  await symlink(file, link);
  for (const path of [file, link]) assert.deepEqual(await readLimited(path, 3), new Uint8Array([97, 98, 99]));
  assert.equal(await readLimited(join(root, 'none'), 3), undefined);
  await assert.rejects(readLimited(file, 2), {
    kind: 'data',
    message: /file has 3 bytes, over the limit of 2/,
  });
  assert.deepEqual(await readHead(file, 2), new Uint8Array([97, 98]));
});

test('what is larger than memory is refused before memory is taken', async () => {
  const huge = join(root, 'huge');
  await writeFile(huge, '');
  await truncate(huge, 6 * 2 ** 30);
  await assert.rejects(readLimited(huge, 2 ** 30), {
    kind: 'data',
    message: /6442450944 bytes, over the limit/,
  });
});

describe('what is no regular file', { skip: process.platform === 'win32' }, () => {
  const pipe = join(root, 'pipe');
  const zero = join(root, 'zero');
  test('is not waited for, and not read without end', { timeout: 10_000 }, async () => {
    execFileSync('mkfifo', [pipe]);
    await symlink('/dev/zero', zero);
    for (const path of [pipe, zero, root]) {
      await assert.rejects(readLimited(path, 100), { kind: 'data', message: /is not a file/ });
      await assert.rejects(openRegular(path), { kind: 'data', message: /is not a file/ });
      assert.equal(await readHead(path, 4), undefined);
    }
  });

  test('lies about its size, and is read to its end or the limit', {
    skip: process.platform !== 'linux',
  }, async () => {
    const bytes = await readLimited('/proc/self/status', 100_000);
    assert.ok(bytes !== undefined && bytes.length > 100);
    await assert.rejects(readLimited('/proc/self/status', 10), {
      kind: 'data',
      message: /more than 10 bytes/,
    });
  });
});

import assert from 'node:assert/strict';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { writeFileAtomic } from './files.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-files-'));
after(() => rm(folder, { recursive: true, force: true }));

test('a file is replaced whole, and nothing is left beside it', async () => {
  const path = join(folder, 'a.txt');
  await writeFileAtomic(path, 'old');
  await Promise.all(Array.from({ length: 8 }, (_, i) => writeFileAtomic(path, `new ${i} `.repeat(1000))));
  assert.match(await readFile(path, 'utf8'), /^(new \d )\1{999}$/);
  assert.deepEqual(await readdir(folder), ['a.txt']);
});

test('a link stays a link, and what it leads to is replaced', async () => {
  const link = join(folder, 'link.txt');
  await symlink(join(folder, 'a.txt'), link);
  await writeFileAtomic(link, 'through the link');
  assert.equal(await readFile(join(folder, 'a.txt'), 'utf8'), 'through the link');
  assert.ok((await lstat(link)).isSymbolicLink());
  await rm(link);
});

test('where it cannot be written there is a clear error and no litter', async () => {
  await assert.rejects(writeFileAtomic(join(folder, 'no', 'where'), ''), {
    kind: 'runtime',
    message: /Cannot write .*where: no such file or directory\./,
  });
  const taken = join(folder, 'taken');
  await mkdir(join(taken, 'full'), { recursive: true });
  await assert.rejects(writeFileAtomic(taken, 'x'), { kind: 'runtime' });
  assert.deepEqual((await readdir(folder)).sort(), ['a.txt', 'taken']);
});

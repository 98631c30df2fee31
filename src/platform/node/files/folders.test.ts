import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makeFolder } from './folders.ts';

const root = await mkdtemp(join(tmpdir(), 'couture-folders-'));
after(() => rm(root, { recursive: true, force: true }));

test('a folder is made with those above it, by any number at once', async () => {
  const path = join(root, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(path)));
  await makeFolder(path);
  assert.ok((await stat(path)).isDirectory());
  await symlink(join(root, 'a'), join(root, 'link'));
  await makeFolder(join(root, 'link', 'd'));
  assert.ok((await stat(join(root, 'a', 'd'))).isDirectory());
});

test('where a file is in the way, it says so', async () => {
  await writeFile(join(root, 'file'), '');
  await assert.rejects(makeFolder(join(root, 'file')), {
    kind: 'runtime',
    message: /file: a file has its name\./,
  });
  await assert.rejects(makeFolder(join(root, 'file', 'x', 'y')), {
    kind: 'runtime',
    message: /not a directory/,
  });
});

// mkdir's own recursion never returns in these.
test('below what can have no folders it ends', { skip: process.platform !== 'linux' }, async () => {
  await assert.rejects(makeFolder('/proc/x/y'), {
    kind: 'runtime',
    message: /Cannot make the folder \/proc\/x\/y: no such/,
  });
});

test('in a working directory that was deleted it ends', { skip: process.platform === 'win32' }, async () => {
  const gone = join(root, 'gone');
  await makeFolder(gone);
  const script = `
    const { rmSync } = await import('node:fs');
    const { makeFolder } = await import(${JSON.stringify(fileURLToPath(new URL('./folders.ts', import.meta.url)))});
    rmSync(${JSON.stringify(gone)}, { recursive: true });
    await makeFolder('runs/train').then(() => console.log('made'), (error) => console.log(error.message));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: gone,
    timeout: 20_000,
  });
  assert.equal(stdout, 'Cannot make the folder runs/train: the working directory was deleted.\n');
});

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { lstat, mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { findWritable, writeFileAtomic } from './write.ts';

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

test('a link that leads to nothing yet gets its file', async () => {
  const link = join(folder, 'ahead');
  await symlink('made-by-link', link);
  assert.equal(await findWritable(link), join(folder, 'made-by-link'));
  await writeFileAtomic(link, 'new');
  assert.ok((await lstat(link)).isSymbolicLink());
  assert.equal(await readFile(join(folder, 'made-by-link'), 'utf8'), 'new');
  await symlink('loop', join(folder, 'loop'));
  await assert.rejects(writeFileAtomic(join(folder, 'loop'), ''), {
    kind: 'runtime',
    message: /Cannot write .*loop/,
  });
});

test('whether something can be written is known beforehand', async () => {
  assert.equal(await findWritable(join(folder, 'to-be')), join(folder, 'to-be'));
  await assert.rejects(findWritable(folder), { kind: 'runtime', message: /it is a folder/ });
  await assert.rejects(findWritable(join(folder, 'none', 'x')), { kind: 'runtime', message: /no such file/ });
  await assert.rejects(findWritable(join(folder, 'a.txt', 'x')), {
    kind: 'runtime',
    message: /not a directory/,
  });
});

test('what a killed writer of the same file left is removed before the next', async () => {
  const [old, fresh, own, other] = ['4194303-1', '4194303-2', `${process.pid}-9`, '4194303-1'].map(
    (mark, i) => join(folder, `.${i === 3 ? 'other' : 'kept'}.html.${mark}.tmp`),
  );
  const long = new Date(Date.now() - 60_000);
  for (const path of [old, fresh, own, other]) await writeFile(path, 'half');
  for (const path of [old, own, other]) await utimes(path, long, long);
  await findWritable(join(folder, 'kept.html'));
  const left = (await readdir(folder)).map((name) => join(folder, name));
  assert.ok(!left.includes(old));
  for (const path of [fresh, own, other]) {
    assert.ok(left.includes(path), path);
    await rm(path);
  }
});

describe('pipes and devices', { skip: process.platform === 'win32' }, () => {
  test('are written into, and stay what they are', { timeout: 20_000 }, async () => {
    await writeFileAtomic('/dev/null', 'gone');
    assert.ok((await lstat('/dev/null')).isCharacterDevice());
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await assert.rejects(writeFileAtomic(pipe, 'x'), {
      kind: 'runtime',
      message: /pipe: no process reads from it\./,
    });
    const reader = promisify(execFile)('cat', [pipe], { maxBuffer: 2 ** 24 });
    const content = 'all of it '.repeat(100_000);
    // The reader takes a moment to open it.
    for (let tries = 0; ; tries++) {
      const error = await writeFileAtomic(pipe, content).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) break;
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal((await reader).stdout, content);
    assert.ok((await lstat(pipe)).isFIFO());
    await rm(pipe);
  });

  test('standard output goes where the shell leads it, before and after what else is printed', async () => {
    const script = `
      const { writeFileAtomic, isStandardOutput } = await import(${JSON.stringify(import.meta.resolve('./write.ts'))});
      process.stdout.write('first ');
      await writeFileAtomic('/dev/stdout', 'second '.repeat(30000));
      process.stdout.write(String(isStandardOutput('/dev/stdout')));`;
    const out = join(folder, 'out.txt');
    for (const command of ['"$@" | cat', `"$@" > ${out}; cat ${out}`]) {
      const shell = ['-c', command, 'sh', process.execPath, '--input-type=module', '-e', script];
      const { stdout } = await promisify(execFile)('sh', shell, { maxBuffer: 2 ** 24 });
      assert.equal(stdout, `first ${'second '.repeat(30000)}true`);
    }
  });
});

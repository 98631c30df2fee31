import assert from 'node:assert/strict';
import { chmod, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CoutureError } from '../core/errors.ts';
import { explain } from './failures.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-failures-'));
after(() => rm(folder, { recursive: true, force: true }));

const failureOf = async (work: () => Promise<unknown>): Promise<CoutureError> =>
  explain(
    await work().then(
      () => assert.fail('it did not fail'),
      (error: unknown) => error,
    ),
  );

test('a failed call of the system is told by what it is, and never as a bug', async () => {
  const file = join(folder, 'file');
  await writeFile(file, '');
  const below = join(file, 'config.json');
  const { mkdir, readFile, readdir, rename } = await import('node:fs/promises');
  const missing = join(folder, 'missing');
  for (const [work, kind, message] of [
    [() => readdir(file), 'data', `Cannot read ${file}: not a directory.`],
    [() => readFile(below), 'data', `Cannot open ${below}: not a directory.`],
    [() => mkdir(below), 'runtime', `Cannot write ${below}: not a directory.`],
    [() => rename(missing, file), 'runtime', `Cannot write ${missing}: no such file or directory.`],
    [() => readFile(folder), 'data', 'Cannot read a file: illegal operation on a directory.'],
  ] as const) {
    const failure = await failureOf(work);
    assert.deepEqual([failure.kind, failure.message], [kind, message]);
  }
  const full = await open('/dev/full', 'w').catch(() => undefined);
  if (full !== undefined) {
    const { kind, message } = await failureOf(() => full.write('x'));
    await full.close();
    assert.deepEqual([kind, message], ['runtime', 'Cannot write a file: no space left on device.']);
  }
  if (process.getuid?.() !== 0) {
    await chmod(file, 0);
    assert.match((await failureOf(() => readFile(file))).message, /Cannot open .*: permission denied\./);
  }
});

test('an error is told as what it is, whether or not somebody pressed Ctrl-C before', () => {
  const bug = explain(new TypeError('x is not a function'));
  assert.deepEqual([bug.kind, bug.message], ['runtime', 'Internal error: x is not a function']);
  assert.equal(explain(AbortSignal.abort().reason).kind, 'interrupted');
  const known = new CoutureError('data', 'Known.');
  assert.equal(explain(known), known);
});

import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { costsIn } from './costs.ts';

const folder = await mkdtemp(join(tmpdir(), 'couture-costs-'));
after(() => rm(folder, { recursive: true, force: true }));
const cost = (step: number) => ({ cpu: { start: 0.1, step }, gpu: { start: 0.5, step: step / 10 } });

test('what was measured is found again by its key, and the oldest of many is forgotten', async () => {
  const costs = costsIn(() => join(folder, 'deep', 'cache'));
  assert.equal(await costs.read('a'), undefined);
  await costs.write('a', cost(1));
  await costs.write('b', cost(2));
  await costs.write('a', cost(3));
  assert.deepEqual([await costs.read('a'), await costs.read('b')], [cost(3), cost(2)]);
  for (let i = 0; i < 199; i++) await costs.write(`more ${i}`, cost(4));
  assert.deepEqual([await costs.read('b'), await costs.read('a')], [undefined, cost(3)]);
});

test('a damaged file counts as nothing measured, and is replaced', async () => {
  const costs = costsIn(() => folder);
  const path = join(folder, 'backends.json');
  for (const text of ['', 'no JSON', '{"couture":1,"measured":{"x":{"cpu":1}}}']) {
    await writeFile(path, text);
    assert.equal(await costs.read('a'), undefined);
  }
  await costs.write('a', cost(1));
  assert.deepEqual(await costs.read('a'), cost(1));
  assert.match(await readFile(path, 'utf8'), /"couture": 1/);
});

test('a cache that cannot be written is no reason to stop', async () => {
  const file = join(folder, 'a file');
  await writeFile(file, '');
  await chmod(file, 0o400);
  const costs = costsIn(() => file);
  await costs.write('a', cost(1));
  assert.equal(await costs.read('a'), undefined);
});

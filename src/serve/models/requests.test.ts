/** The models of the command line, and their names. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readModelRequests } from './requests.ts';

test('a model has the name that it is given, or that of its file', () => {
  const of = (argument: string) => {
    const [{ name, version, source }] = readModelRequests([argument]);
    return [name, version, source];
  };
  assert.deepEqual(of('compact'), ['compact', undefined, 'compact']);
  assert.deepEqual(of('runs/train/deeper-seed1/'), ['deeper-seed1', undefined, 'runs/train/deeper-seed1/']);
  assert.deepEqual(of('./a=b/clothes.safetensors'), ['clothes', undefined, './a=b/clothes.safetensors']);
  assert.deepEqual(of('clothes=/models/x=1.safetensors'), ['clothes', undefined, '/models/x=1.safetensors']);
  assert.deepEqual(of('clothes@2.1=x.safetensors'), ['clothes', '2.1', 'x.safetensors']);
});

test('names that do not fit into an address are refused, and so are twins', () => {
  for (const wrong of [
    '=x',
    '@1=x',
    'a@=x',
    'a b=x',
    '.a=x',
    'a@1@2=x',
    `${'a'.repeat(65)}=x`,
    '..',
    'models/näme.safetensors',
  ])
    assert.throws(() => readModelRequests([wrong]), { kind: 'usage', message: /A name has 1 to 64/ }, wrong);
  assert.throws(() => readModelRequests(['a=x', 'b=x', 'a=y']), /Two models have the name a: "x" and "y"/);
  assert.equal(readModelRequests(['a@1=x', 'a@2=y', 'a=z']).length, 3);
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { decodeModel } from '../ship/model-file.ts';
import { knownModels } from './known-models.ts';

const folder = fileURLToPath(new URL('../../models/', import.meta.url));

test('the table has every model file, with its size, digest, figures and commands', async () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.safetensors'));
  assert.deepEqual(knownModels.map(({ name }) => `${name}.safetensors`).sort(), files.sort());
  for (const { name, title, bytes, sha256, testAccuracy, commands } of knownModels) {
    const file = readFileSync(`${folder}${name}.safetensors`);
    assert.equal(file.length, bytes, name);
    assert.equal(createHash('sha256').update(file).digest('hex'), sha256, name);
    const { card } = await decodeModel(file, name);
    assert.equal(card.title, title);
    assert.equal(card.test?.accuracy, testAccuracy, name);
    const written = readFileSync(`${folder}${name}.md`, 'utf8');
    const [, block] = /```sh\n(.*?)\n```/s.exec(written) ?? [];
    assert.deepEqual([...commands], block.split('\n'), name);
  }
});

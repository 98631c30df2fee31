/** The models that lie in this repository: that they can be read, and that the cards beside them are theirs. */

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { KNOWN_LICENSE } from '../../runs/known-models.ts';
import { MODEL_ENDING } from '../../runs/shipped.ts';
import { modelCard } from '../../ship/card-text.ts';
import { listShipped, readModelFile } from './runs.ts';

const folder = fileURLToPath(new URL('../../../models', import.meta.url));

test('beside every shipped model lies its card as `npm run cards` writes it, and no other', async () => {
  const names = await listShipped(folder);
  for (const name of names) {
    const file = name + MODEL_ENDING;
    const { model, bytes } = await readModelFile(join(folder, file));
    assert.equal(
      await readFile(join(folder, `${name}.md`), 'utf8'),
      modelCard(model, { name: file, bytes, license: KNOWN_LICENSE }),
    );
  }
  const expected = names.flatMap((name) => [name + MODEL_ENDING, `${name}.md`]);
  assert.deepEqual((await readdir(folder)).sort(), [...expected, 'README.md'].sort());
});

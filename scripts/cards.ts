/**
 * Writes what the files in models/ contain: the card of each beside it, as NAME.md, and all of them in the table of
 * docs/accuracy.md.
 *
 *     npm run cards
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../src/cli/document.ts';
import { percent } from '../src/cli/ui/format.ts';
import { summarize } from '../src/model/summary.ts';
import { writeFileAtomic } from '../src/platform/node/files/write.ts';
import { listShipped, readModelFile } from '../src/platform/node/runs.ts';
import { KNOWN_LICENSE } from '../src/runs/known-models.ts';
import { MODEL_ENDING } from '../src/runs/shipped.ts';
import { modelCard } from '../src/ship/card-text.ts';
import { viewsOf } from '../src/use/views.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'models');

const rows = [
  [
    'model',
    'networks',
    'parameters',
    'passes per image',
    'on disk',
    'validation',
    'test (95% interval)',
    'ECE on test',
  ],
];
for (const name of await listShipped(folder)) {
  const file = name + MODEL_ENDING;
  const { model, bytes } = await readModelFile(join(folder, file));
  const path = join(folder, `${name}.md`);
  await writeFileAtomic(path, modelCard(model, { name: file, bytes, license: KNOWN_LICENSE }));
  console.log(path);

  const { members, views, precision, card } = model;
  const parameters = members.reduce((sum, { spec }) => sum + summarize(spec).parameters, 0);
  if (card.test === null) throw new Error(`${name} has no figures on the test images.`);
  const { accuracy, interval, ece } = card.test;
  rows.push([
    `[\`${name}\`](../models/${name}.md)`,
    String(members.length),
    parameters.toLocaleString('en'),
    String(members.length * viewsOf(views).length),
    `${Math.round(bytes / 1000).toLocaleString('en')} KB (${precision})`,
    card.validation === null ? '' : percent(card.validation.accuracy),
    `**${percent(accuracy)}** (${percent(interval.low)} to ${percent(interval.high)})`,
    percent(ece),
  ]);
}
const place = { path: join(root, 'docs', 'accuracy.md'), block: 'models' };
const table = markdownTable(rows, { align: ['', 'r', 'r', 'r', 'r', 'r', '', 'r'] });
await writeTable(place, table, { err: console.log });

/** The models that come with the package, held to what their cards and docs/accuracy.md say of them. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { summarize } from '../../src/model/summary.ts';
import { listShipped, readModelFile } from '../../src/platform/node/runs.ts';
import { KNOWN_LICENSE } from '../../src/runs/known-models.ts';
import { MODEL_ENDING } from '../../src/runs/shipped.ts';
import { modelCard } from '../../src/ship/card-text.ts';
import { couture, parseDocument } from '../command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'models');
const names = await listShipped(folder);
const figure = (share: number): string => `**${(100 * share).toFixed(2)}%**`;

test('the shipped models are there, within their limits', async () => {
  assert.deepEqual(names, ['best', 'best-single', 'compact']);
  const compact = await readModelFile(join(folder, `compact${MODEL_ENDING}`));
  assert.ok(compact.bytes <= 500_000, `${compact.bytes} bytes`);
  const single = await readModelFile(join(folder, `best-single${MODEL_ENDING}`));
  assert.equal(single.model.members.length, 1);
  assert.deepEqual(single.model.views, { flip: false, shift: 0 });
  assert.ok(summarize(single.model.members[0].spec).parameters <= 12_000_000);
});

for (const name of names) {
  test(`${name} scores what its card and the table say, and predicts at once`, async () => {
    const { model, bytes } = await readModelFile(join(folder, name + MODEL_ENDING));
    const card = await readFile(join(folder, `${name}.md`), 'utf8');
    assert.equal(card, modelCard(model, { name: name + MODEL_ENDING, bytes, license: KNOWN_LICENSE }));
    const evaluated = parseDocument(await couture(['evaluate', '--recipe', name, '--json']), {
      accuracy: z.number(),
      loss: z.number(),
      ece: z.number(),
    });
    assert.equal(evaluated.accuracy, model.card.test?.accuracy);
    assert.equal(evaluated.loss, model.card.test?.loss);
    assert.equal(evaluated.ece, model.card.test?.ece);
    const accuracy = await readFile(join(root, 'docs/accuracy.md'), 'utf8');
    const row = accuracy.split('\n').find((line) => line.includes(`models/${name}.md`));
    assert.ok(row?.includes(figure(evaluated.accuracy)), row);

    const predicted = parseDocument(
      await couture(['predict', '--recipe', name, '--test-index', '0', '--json']),
      { predictions: z.array(z.object({ label: z.string() })) },
    );
    assert.equal(predicted.predictions[0].label, 'Ankle boot');
  });
}

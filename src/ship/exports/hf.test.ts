import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInfo, makeNetwork } from '../../../test/model-fixture.ts';
import { multilayer } from '../../model/spec.ts';
import { plainView } from '../../use/views.ts';
import type { ExportModel } from './export-model.ts';
import { exportHuggingFace } from './hf.ts';

const data = makeInfo({ height: 4, width: 3, channels: 1 }, ['hat', 'a "shoe"', 'so|ck']);
const model: ExportModel = {
  name: 'made',
  title: 'Made *here*',
  data,
  members: [makeNetwork(multilayer(12, [8], 3), 1)],
  views: plainView,
  temperature: 1,
  weightsSha256: ['ab'.repeat(32)],
  test: { images: 1234, accuracy: 0.9188, loss: 0.25 },
  card: null,
};

async function filesOf(given: ExportModel): Promise<Map<string, string>> {
  const { files } = await exportHuggingFace(given);
  return new Map(files.map(({ path, content }) => [path, String(content)]));
}

test('config and preprocessor have the names that its tools read, and the whole preprocessing', async () => {
  const files = await filesOf(model);
  const config = JSON.parse(files.get('config.json') ?? '');
  assert.deepEqual(config.id2label, { 0: 'hat', 1: 'a "shoe"', 2: 'so|ck' });
  assert.deepEqual(config.couture.networks[0], {
    layers: model.members[0].spec.layers,
    weightsSha256: 'ab'.repeat(32),
  });
  const preprocessor = JSON.parse(files.get('preprocessor_config.json') ?? '');
  assert.deepEqual([preprocessor.image_mean, preprocessor.image_std], [[0.5], [0.5]]);
  assert.deepEqual(preprocessor.couture, data.preprocessing);
});

test('README.md has the figures of the model in its model-index, and only measured ones', async () => {
  const text = (await filesOf(model)).get('README.md') ?? '';
  const [, front, body] = /^---\n(.*?)\n---\n(.*)$/s.exec(text) ?? assert.fail(text);
  assert.match(front, /^model-index:\n {2}- name: "made"\n {4}results:$/m);
  assert.match(front, /- type: accuracy\n +name: Accuracy\n +value: 0\.9188$/m);
  assert.match(body, /^\| made \| 1,234 \| 91\.88% \| 0\.2500 \|$/m);
  assert.match(body, /# Made \\\*here\\\*/);
  assert.match(body, /hat, a "shoe", so\\\|ck/);
  const unmeasured = (await filesOf({ ...model, test: null })).get('README.md') ?? '';
  assert.ok(!unmeasured.includes('model-index'));
  assert.match(unmeasured, /The model was not measured\./);
});

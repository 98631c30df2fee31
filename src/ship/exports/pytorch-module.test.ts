/** The text of model.py. test/long/pytorch.test.ts runs it in PyTorch. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeInfo, makeNetwork } from '../../../test/model-fixture.ts';
import type { Network } from '../../model/network.ts';
import {
  batchNorm,
  dropout,
  gelu,
  layerNorm,
  linear,
  logSoftmax,
  multilayer,
  residual,
  sequential,
} from '../../model/spec.ts';
import { plainView, type ViewOptions } from '../../use/views.ts';
import type { ExportModel } from './export-model.ts';
import { pytorchModule } from './pytorch-module.ts';

const data = makeInfo({ height: 4, width: 3, channels: 1 }, ['hat', 'a "shoe"', '1,5 naïve']);

function model(members: Network[], views: ViewOptions = plainView, temperature = 1): ExportModel {
  const facts = { name: 'made', title: 'Made\u202e here', weightsSha256: [], test: null, card: null };
  return { ...facts, data, members, views, temperature };
}

/** The lines of a class or function. */
function part(text: string, start: string): string[] {
  const found = text.split('\n\n\n').find((each) => each.startsWith(start));
  assert.ok(found, `${start} is not in:\n${text}`);
  return found.split('\n').map((line) => line.trim());
}

test('a network of Linear, ReLU and Dropout is a module of a screen', () => {
  const text = pytorchModule(model([makeNetwork(multilayer(12, [8], 3, [0.25]), 1)]));
  assert.deepEqual(part(text, 'class Model'), [
    'class Model(nn.Module):',
    'def __init__(self):',
    'super().__init__()',
    'self.fc1 = nn.Linear(12, 8)',
    'self.fc2 = nn.Linear(8, 3)',
    '',
    'def forward(self, images):',
    '"""Images to log-probabilities [N, classes]."""',
    'x = prepare(images)',
    'x = F.dropout(F.relu(self.fc1(x)), 0.25, self.training)',
    'return F.log_softmax(self.fc2(x), dim=1)',
  ]);
  assert.match(text, /^# Made\\u\{202e\} here\. Written by Couture /);
  assert.ok(text.includes('CLASSES = ["hat", "a \\"shoe\\"", "1,5 naïve"]'), text);
  assert.ok(text.split('\n').length < 50, text);
});

test('norms stand before or after their Linear, and a residual block adds its input', () => {
  const spec = sequential(
    linear(12, 8),
    batchNorm(8),
    gelu(),
    residual(layerNorm(8), linear(8, 16), gelu(), dropout(0.1), linear(16, 8)),
    residual(layerNorm(8), linear(8, 8), gelu(), linear(8, 8)),
    layerNorm(8),
    linear(8, 3),
    logSoftmax(),
  );
  const lines = part(pytorchModule(model([makeNetwork(spec, 1)])), 'class Model');
  assert.deepEqual(lines.slice(lines.indexOf('x = prepare(images)') + 1), [
    'x = F.gelu(self.bn1(self.fc1(x)))',
    'kept = x',
    'x = F.dropout(F.gelu(self.fc2(self.ln2(x))), 0.1, self.training)',
    'x = kept + self.fc3(x)',
    'kept = x',
    'x = F.gelu(self.fc4(self.ln4(x)))',
    'x = kept + self.fc5(x)',
    'return F.log_softmax(self.fc6(self.ln6(x)), dim=1)',
  ]);
});

test('an ensemble has a class for each architecture, and averages networks and views', () => {
  const members = [[8], [8], [4, 4]].map((hidden, i) => makeNetwork(multilayer(12, hidden, 3), i));
  const text = pytorchModule(model(members, { flip: true, shift: 1 }, 0.5));
  const lines = part(text, 'class Model');
  assert.ok(lines.includes('self.members = nn.ModuleList([Network1(), Network1(), Network2()])'), text);
  assert.ok(lines.includes('return F.log_softmax(logs.logsumexp(0) / 0.5, dim=1)'), text);
  assert.equal(part(text, 'def views').length, 7);
});

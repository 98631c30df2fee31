/** What is drawn of runs in memory: with a document, without one, and without PNG. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import { resolveConfig } from '../train/config.ts';
import { auditDataset, readDatasetAudit } from './audit.ts';
import { drawRun } from './draw.ts';
import { trainRun } from './experiment.ts';
import type { RunPlatform } from './platform.ts';
import { findRunRate } from './rates.ts';
import { reportRuns } from './report.ts';

const config = resolveConfig({ dataset: tinyTrain, settings: { hidden: [8], epochs: 2, batchSize: 8 } });
const drawing = (): RunPlatform => ({ ...memoryPlatform(), document: async () => nodeDocument() });

test('a report and figures of a run are files of its store; an audit of its data goes into them', async () => {
  const platform = drawing();
  const { run } = await trainRun(platform, { config });
  assert.equal(await readDatasetAudit(platform, tinyTrain.info), undefined);
  const { path: audited, audit } = await auditDataset(platform, tinyTrain.info, { folds: 2, epochs: 1 });
  assert.equal(audited, 'runs/audit/tiny/audit.json');
  const { data } = run.config;
  assert.deepEqual(await readDatasetAudit(platform, data), audit);
  const other = { ...data, splits: { train: data.splits.test, test: data.splits.test } };
  await assert.rejects(readDatasetAudit(platform, other), {
    kind: 'data',
    message: 'runs/audit/tiny/audit.json is an audit of another train split than that of the data set tiny.',
  });
  const report = await reportRuns(platform, [run], { show: { umap: false } });
  assert.equal(report.path, 'runs/train/custom-seed1/report.html');
  const html = new TextDecoder().decode(await platform.store.read(report.path, 1e8));
  assert.match(html, /^<!doctype html>/i);
  assert.doesNotMatch(html, /V8 undefined/);
  const names = ['confusion', 'curves', 'audit-suspects'];
  const files = await drawRun(platform, run, 'drawn', { names });
  assert.ok(files.length >= 2, files.map(({ name }) => name).join());
  for (const { path } of files)
    assert.match(new TextDecoder().decode(await platform.store.read(path, 1e7)), /^<svg /);
  const usual = (await drawRun(platform, run, 'usual', { show: { umap: false } })).map(({ name }) => name);
  assert.ok(usual.includes('confusion'), usual.join());
  assert.equal(usual.includes('confusion-normalized'), false, 'the classes are equal, so shares say no more');
  const [asked] = await drawRun(platform, run, 'asked', { names: ['confusion-normalized'] });
  assert.equal(asked.name, 'confusion-normalized');
  await assert.rejects(drawRun(platform, run, 'drawn', { names, format: 'png' }), {
    kind: 'usage',
    message: /cannot be drawn as PNG here/,
  });
  await assert.rejects(reportRuns(memoryPlatform(platform.store), [run]), {
    kind: 'usage',
    message: /there is no DOM document/,
  });
});

test('the learning-rate finder keeps its curve, and the figures that can be made', async () => {
  for (const [platform, expected] of [
    [memoryPlatform(), ['lr-find.json']],
    [drawing(), ['lr-find.json', 'lr-find.svg']],
    [
      { ...drawing(), renderPng: async () => Uint8Array.of(1) },
      ['lr-find.json', 'lr-find.png', 'lr-find.svg'],
    ],
  ] as const) {
    const { path } = await findRunRate(platform, config, { steps: 20 });
    assert.equal(path, 'runs/lr-find/custom-seed1/lr-find.json');
    assert.deepEqual((await platform.store.list('runs/lr-find/custom-seed1')).sort(), expected);
  }
});

test('an audit of a set whose name is no folder’s has a folder all the same', async () => {
  const platform = memoryPlatform();
  const info = { ...tinyTrain.info, name: '../up' };
  const named: RunPlatform = {
    ...platform,
    loadSplit: async (_info, split, options) => ({
      ...(await platform.loadSplit(tinyTrain.info, split, options)),
      info,
    }),
  };
  const { path } = await auditDataset(named, info, { folds: 2, epochs: 1 });
  assert.match(path, /^runs\/audit\/[^/.][^/]*\/audit\.json$/);
});

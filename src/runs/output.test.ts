import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryPlatform } from '../../test/memory-platform.ts';
import { tinyTrain } from '../../test/tiny-data.ts';
import { resolveConfig } from '../train/config.ts';
import { trainRun } from './experiment.ts';
import { checkOutput } from './output.ts';
import { packRuns } from './pack.ts';

const config = resolveConfig({ dataset: tinyTrain, settings: { hidden: [8], epochs: 1, batchSize: 8 } });

test("a run's own files are not replaced by what is made of it", async () => {
  const platform = memoryPlatform();
  const { run } = await trainRun(platform, { config, name: 'own' });
  const own = [
    'config.json',
    'metrics.json',
    'lock',
    'weights/best.safetensors',
    'checkpoint/state.safetensors',
  ];
  for (const file of own)
    await assert.rejects(checkOutput(platform, `${run.path}/${file}`), {
      kind: 'usage',
      message: /belongs to the run in .*own, so it was not replaced\./,
    });
  await assert.rejects(checkOutput(platform, `x/../${run.path}/env.json`), { kind: 'usage' });
  await assert.rejects(packRuns(platform, [run], run.weightsPath('best')), {
    kind: 'usage',
    message: /not replaced/,
  });
  for (const file of [`${run.path}/report.html`, 'elsewhere/config.json', `${run.path}/export/config.json`])
    await checkOutput(platform, file);
  await assert.rejects(checkOutput(platform, run.path), { kind: 'runtime', message: /it is a folder/ });
});

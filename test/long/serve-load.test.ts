/**
 * A mixed load on `couture serve`: no wrong, lost or swapped answer, and flat memory, while the model is exchanged again and
 * again. COUTURE_LOAD_SECONDS makes it longer than 20 seconds.
 */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { SIZE, writeNetwork } from '../../bench/serve/network.ts';
import { hostileSamples, mixedLoad } from '../mixed-load.ts';
import { goodSamples, type Revision } from '../mixed-samples.ts';
import { startServing } from '../serving.ts';

const { COUTURE_LOAD_SECONDS: seconds = '20' } = process.env;
const SECONDS = Number(seconds);
const RELOAD_MS = 3000;
const SEND_SECONDS = 3;

test(`${SECONDS} seconds of mixed load`, { timeout: (SECONDS + 90) * 1000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'couture-serve-load-'));
  const [place, first, second] = ['deeper', 'first', 'second'].map((name) =>
    join(folder, `${name}.safetensors`),
  );
  await writeNetwork(first, 1);
  await writeNetwork(second, 2);
  await copyFile(first, place);
  const serving = await startServing([
    ...[place, '--receive-seconds', '3', '--send-seconds', `${SEND_SECONDS}`, '--drain-seconds', '0'],
    // Those that read late ask for some ten thousand images.
    ...['--max-waiting', '100000', '--answer-seconds', '60'],
  ]);
  const url = new URL('models/deeper/predict', serving.url);
  const revision = async (): Promise<string> =>
    (await (await fetch(`${serving.url}readyz`)).json()).models[0].revision;
  const memory = async (): Promise<number> => {
    const text = await (await fetch(`${serving.url}metrics`)).text();
    return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]) / 2 ** 20;
  };
  const exchange = async (path: string): Promise<void> => {
    await copyFile(path, `${place}.new`);
    await rename(`${place}.new`, place);
  };
  try {
    const revisions: Revision[] = [{ path: first, revision: await revision() }];
    await exchange(second);
    while ((await revision()) === revisions[0].revision)
      await new Promise((resolve) => setTimeout(resolve, 50));
    revisions.push({ path: second, revision: await revision() });
    const samples = [...(await goodSamples(revisions, SIZE)), ...(await hostileSamples(SIZE))];
    const sizes: number[] = [];
    let turn = 0;
    const faults: string[] = [];
    const collect = (task: Promise<unknown>, what: string): void =>
      void task.catch((error: unknown) => faults.push(`${what}: ${String(error)}`));
    const reloads = setInterval(() => {
      turn += 1;
      collect(exchange(turn % 2 === 0 ? second : first), 'an exchange of the model');
    }, RELOAD_MS);
    const sample = async (): Promise<void> => void sizes.push(await memory());
    const samplings = setInterval(() => collect(sample(), 'the memory'), (SECONDS * 1000) / 40);
    const result = await mixedLoad({
      ...{ url, samples, milliseconds: SECONDS * 1000, lanes: 32, sendSeconds: SEND_SECONDS },
    });
    clearInterval(reloads);
    clearInterval(samplings);
    assert.deepEqual([...result.faults, ...faults], []);
    assert.ok(result.answers > 20 * SECONDS && result.refused > SECONDS, JSON.stringify(result));
    const { slow, left, late } = result;
    assert.ok(Math.min(slow, left, late) > 0, JSON.stringify(result));
    assert.equal(result.revisions, 2);
    // The first third warms up.
    const mean = (list: readonly number[]) => list.reduce((sum, size) => sum + size, 0) / list.length;
    const third = Math.floor(sizes.length / 3);
    const [middle, last] = [mean(sizes.slice(third, 2 * third)), mean(sizes.slice(2 * third))];
    t.diagnostic(`${JSON.stringify(result)}, memory ${middle.toFixed(0)} then ${last.toFixed(0)} MiB`);
    assert.ok(last < middle * 1.2 + 30, `memory grew from ${middle} to ${last} MiB`);
  } finally {
    assert.equal(await serving.stop(), 0);
    await rm(folder, { recursive: true, force: true });
  }
});

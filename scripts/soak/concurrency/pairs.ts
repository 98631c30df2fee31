/** Two of every command that writes, on one folder, begun within an instant of each other. */

import { globSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fork, keyFromSeed, RandomStream } from '../../../src/core/philox.ts';
import { couture, type Ended } from '../kills/couture.ts';
import { digests } from '../kills/digests.ts';
import { makeReady, type Ready } from '../kills/processes.ts';
import { scenarios } from '../kills/scenarios.ts';

/** What one of two may say when the other is in its way. */
const inTheWay =
  /in use by process \d+|exists already|There is no run|is not a run, so it was not removed|is damaged/;

/** @returns a sentence for each fault */
export async function runInPairs({
  rounds,
  seed,
}: {
  readonly rounds: number;
  readonly seed: number;
}): Promise<string[]> {
  if (rounds === 0) return [];
  const root = await mkdtemp(join(tmpdir(), 'couture-pairs-'));
  const faults: string[] = [];
  let refused = 0;
  try {
    for (const scenario of scenarios) {
      const ready = await makeReady(scenario, root);
      for (let round = 0; round < rounds; round++) {
        const random = new RandomStream(fork(keyFromSeed(seed), `pair ${scenario.name} ${round}`));
        const { fault, isRefused } = await pair(ready, random, root);
        if (isRefused) refused += 1;
        if (fault !== undefined) faults.push(`pair, seed ${seed}, ${scenario.name} ${round}: ${fault}`);
      }
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  const pairs = scenarios.length * rounds;
  console.log(
    `pairs: ${pairs} of ${scenarios.length} commands, ${refused} times one was refused, seed ${seed}: ${faults.length} faults`,
  );
  return faults;
}

async function pair(
  { scenario, template, expected }: Ready,
  random: RandomStream,
  root: string,
): Promise<{ readonly fault?: string; readonly isRefused: boolean }> {
  const folder = await mkdtemp(join(root, 'pair-'));
  await cp(template, folder, { recursive: true });
  try {
    const args = scenario.args(folder);
    const second = async (): Promise<Ended> => {
      await wait(random.nextBelow(600));
      return await couture(folder, args);
    };
    const ended = await Promise.all([couture(folder, args), second()]);
    const failed = ended.filter(({ code }) => code !== 0);
    const isRefused = failed.length > 0;
    const wrong = failed.find(({ stderr }) => !inTheWay.test(stderr));
    if (wrong !== undefined)
      return { isRefused, fault: `ended with ${wrong.code}: ${wrong.stderr.slice(-400)}` };
    if (failed.length === 2) return { isRefused, fault: `both were refused: ${ended[0].stderr.slice(-200)}` };
    const found = digests(folder, scenario.result);
    if (JSON.stringify(found) !== JSON.stringify(expected))
      return { isRefused, fault: `${JSON.stringify(found)}, not ${JSON.stringify(expected)}` };
    const left = globSync(scenario.litter, { cwd: folder });
    return left.length > 0 ? { isRefused, fault: `left behind: ${left.join(', ')}` } : { isRefused };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

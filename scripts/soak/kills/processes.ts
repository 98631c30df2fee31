/** Processes of the command line, killed at random instants. */

import { globSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork, keyFromSeed, RandomStream } from '../../../src/core/philox.ts';
import { couture } from './couture.ts';
import { digests } from './digests.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const REPORT_MS = 15_000;

/** A scenario made ready: a folder to copy, what its end looks like, and how long it takes. */
export interface Ready {
  readonly scenario: Scenario;
  readonly template: string;
  readonly expected: Record<string, string>;
  readonly milliseconds: number;
}

/** Prepares a scenario, and lets it through once to see what it leaves. */
export async function makeReady(scenario: Scenario, root: string): Promise<Ready> {
  const template = await mkdtemp(join(root, `${scenario.name}-`));
  for (const args of await scenario.prepare(template)) {
    const { code, stderr } = await couture(template, args);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  }
  const whole = await mkdtemp(join(root, 'whole-'));
  await cp(template, whole, { recursive: true });
  const began = performance.now();
  const { code, stderr } = await couture(whole, scenario.args(whole));
  if (code !== 0) throw new Error(`${scenario.args(whole).join(' ')}: ${stderr}`);
  const milliseconds = performance.now() - began;
  const expected = digests(whole, scenario.result);
  if (Object.keys(expected).length === 0) throw new Error(`${scenario.name} leaves no ${scenario.result}`);
  return { scenario, template, expected, milliseconds };
}

/** @returns a sentence for each fault */
export async function killProcesses({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): Promise<string[]> {
  if (count === 0) return [];
  const root = await mkdtemp(join(tmpdir(), 'couture-kills-'));
  const faults: string[] = [];
  const tally = new Map<string, number>();
  try {
    const ready: Ready[] = [];
    for (const scenario of scenarios) ready.push(await makeReady(scenario, root));
    let kills = 0;
    let next = 0;
    let told = performance.now();
    // A story goes by its number, and not by who else is at work.
    const lane = async (): Promise<void> => {
      while (kills < count) {
        const number = next++;
        const random = new RandomStream(fork(keyFromSeed(seed), `kill ${number}`));
        const one = ready[number % ready.length];
        const { name } = one.scenario;
        const { killed, fault } = await story(one, random, root);
        kills += killed;
        tally.set(name, (tally.get(name) ?? 0) + killed);
        if (fault !== undefined) faults.push(`kill, seed ${seed}, story ${number} (${name}): ${fault}`);
        if (performance.now() - told < REPORT_MS) continue;
        told = performance.now();
        console.error(`${kills} of ${count} kills, ${faults.length} faults`);
      }
    };
    await Promise.all(Array.from({ length: availableParallelism() }, lane));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
  const rows = [...tally].map(([name, killed]) => `${name} ${killed}`).join(', ');
  console.log(`kills: ${rows}, seed ${seed}: ${faults.length} faults`);
  return faults;
}

/** One command, killed again and again, until it is let through. */
async function story(
  { scenario, template, expected, milliseconds }: Ready,
  random: RandomStream,
  root: string,
): Promise<{ readonly killed: number; readonly fault?: string }> {
  const folder = await mkdtemp(join(root, 'story-'));
  await cp(template, folder, { recursive: true });
  let killed = 0;
  try {
    for (;;) {
      const letThrough = killed > 0 && random.nextBelow(4) === 0;
      const args = scenario.args(folder);
      // Most kills fall into the work, and not into the start of the process.
      const from = random.nextBelow(4) === 0 ? 0 : 0.25 * milliseconds;
      const after = from + (random.nextBelow(1000) / 1000) * 1.1 * (milliseconds - from);
      const { code, stderr } = await couture(folder, args, letThrough ? undefined : after);
      if (code === null) {
        killed += 1;
        const half = scenario.halfWritten(folder, expected);
        if (half !== undefined) return { killed, fault: half };
        continue;
      }
      if (code !== 0)
        return { killed, fault: `couture ${args.join(' ')} ended with ${code}: ${stderr.slice(-500)}` };
      const found = digests(folder, scenario.result);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        return {
          killed,
          fault: `after ${killed} kills: ${JSON.stringify(found)}, not ${JSON.stringify(expected)}`,
        };
      const left = globSync(scenario.litter, { cwd: folder });
      if (left.length > 0) return { killed, fault: `left behind: ${left.join(', ')}` };
      return { killed };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

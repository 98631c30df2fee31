/**
 * Runs on a file system that is full: a small one in memory, of which a file takes all but some bytes. Mounting one takes root on Linux;
 * elsewhere this part says so, and the store of power.ts, which is full at random, has to do.
 */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { cp, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fork, keyFromSeed, RandomStream } from '../../../src/core/philox.ts';
import { couture } from './couture.ts';
import { digests } from './digests.ts';
import { scenarios } from './scenarios.ts';

const DISK_BYTES = 4 << 20;
/** Less than a whole run takes. */
const MOST_FREE = 120_000;

/** @returns a sentence for each fault */
export async function fillDisks({
  count,
  seed,
}: {
  readonly count: number;
  readonly seed: number;
}): Promise<string[]> {
  if (count === 0) return [];
  const [scenario] = scenarios;
  const root = await mkdtemp(join(tmpdir(), 'couture-full-'));
  const faults: string[] = [];
  let full = 0;
  try {
    const template = await mkdtemp(join(root, 'template-'));
    await scenario.prepare(template);
    const whole = await mkdtemp(join(root, 'whole-'));
    await cp(template, whole, { recursive: true });
    await couture(whole, scenario.args(whole));
    const expected = JSON.stringify(digests(whole, scenario.result));
    for (let number = 0; number < count; number++) {
      const random = new RandomStream(fork(keyFromSeed(seed), `full ${number}`));
      const disk = mount(root);
      if (disk === undefined) {
        console.log('full disks: skipped, as this user may not mount a file system');
        return faults;
      }
      const fault = (what: string) => faults.push(`full disk, seed ${seed}, ${number}: ${what}`);
      try {
        await cp(template, disk, { recursive: true });
        const filler = join(disk, 'filler');
        await writeFile(filler, new Uint8Array(DISK_BYTES - 40_000 - random.nextBelow(MOST_FREE))).catch(
          () => {},
        );
        const first = await couture(disk, scenario.args(disk));
        if (first.code !== 0) {
          full += 1;
          if (first.code !== 1 || !/no space left/.test(first.stderr))
            fault(`ended with ${first.code}: ${first.stderr.slice(-300)}`);
        }
        rmSync(filler, { force: true });
        const { code, stderr } = await couture(disk, scenario.args(disk));
        if (code !== 0) fault(`with room again it ended with ${code}: ${stderr.slice(-300)}`);
        else if (JSON.stringify(digests(disk, scenario.result)) !== expected) fault('ended in other weights');
      } finally {
        execFileSync('umount', [disk]);
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  console.log(`full disks: ${full} of ${count} runs met one, seed ${seed}: ${faults.length} faults`);
  return faults;
}

/** A new small file system, or undefined where that is not allowed. */
function mount(root: string): string | undefined {
  if (process.platform !== 'linux' || !existsSync('/bin/mount')) return undefined;
  const folder = mkdtempSync(join(root, 'disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'tmpfs', folder], { stdio: 'ignore' });
    return folder;
  } catch {
    return undefined;
  }
}

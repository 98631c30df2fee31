/**
 * The campaign of kills: processes are killed at random instants in every command that writes, and runs over a store that
 * loses power, forgets, or is full. A fault is a run that is lost, that cannot go on, or that ends in other weights; and a file that is
 * half written.
 *
 *     npm run soak -- kills --count 1000 --power 10000 --full 100 --seed 1
 */

import type { Campaign } from './campaign.ts';
import { fillDisks } from './kills/full-disk.ts';
import { losePower } from './kills/power.ts';
import { killProcesses } from './kills/processes.ts';
import { readNumbers } from './numbers.ts';

export const kills: Campaign = async (args) => {
  const { count, power, full, seed } = readNumbers(args, { count: 30, power: 1000, full: 5, seed: 1 });
  const faults = [
    ...(await losePower({ count: power, seed })),
    ...(await fillDisks({ count: full, seed })),
    ...(await killProcesses({ count, seed })),
  ];
  for (const fault of faults.slice(0, 20)) console.log(`FAULT: ${fault}`);
  return faults.length;
};

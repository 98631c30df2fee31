/**
 * The campaign of kills: processes are killed at random instants in every command that writes, and runs over a store that
 * loses power, forgets, or is full. A fault is a run that is lost, that cannot go on, or that ends in other weights; and a file that is
 * half written.
 *
 *     npm run soak -- kills --count 1000 --power 10000 --full 100 --seed 1
 */

import { parseArgs } from 'node:util';
import type { Campaign } from './campaign.ts';
import { fillDisks } from './kills/full-disk.ts';
import { losePower } from './kills/power.ts';
import { killProcesses } from './kills/processes.ts';

export const kills: Campaign = async (args) => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      count: { type: 'string', default: '30' },
      power: { type: 'string', default: '1000' },
      full: { type: 'string', default: '5' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string' },
    },
  });
  const [count, power, full, seed] = [values.count, values.power, values.full, values.seed].map(Number);
  if (![count, power, full, seed].every((value) => Number.isSafeInteger(value) && value >= 0))
    throw new Error('--count, --power, --full and --seed take whole numbers.');
  const faults = [
    ...(await losePower({ count: power, seed })),
    ...(await fillDisks({ count: full, seed })),
    ...(await killProcesses({ count, seed, only: values.only })),
  ];
  for (const fault of faults.slice(0, 20)) console.log(`FAULT: ${fault}`);
  return faults.length;
};

/**
 * The campaign of things at once: two of every command on one folder, and very many calls in parallel in code. A fault is a wrong or
 * missing answer, a damaged file, or a command that ends neither rightly nor with a sentence that says who is in the way.
 *
 *     npm run soak -- concurrency --rounds 20 --calls 100 --seed 1
 */

import type { Campaign } from './campaign.ts';
import { callAtOnce } from './concurrency/calls.ts';
import { runInPairs } from './concurrency/pairs.ts';
import { readNumbers } from './numbers.ts';

export const concurrency: Campaign = async (args) => {
  const { rounds, calls, seed } = readNumbers(args, { rounds: 1, calls: 100, seed: 1 });
  const faults = [...(await callAtOnce({ calls, seed })), ...(await runInPairs({ rounds, seed }))];
  for (const fault of faults.slice(0, 20)) console.log(`FAULT: ${fault}`);
  return faults.length;
};

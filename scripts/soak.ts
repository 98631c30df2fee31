/**
 * The standing campaigns against Couture's reliability. Each is one file under scripts/soak/ and runs by its name:
 *
 *     npm run soak -- fuzz --count 1000000 --seed 1
 *
 * A campaign prints what it did and what it found; the exit code is 1 where it found a fault, 2 where it was asked wrongly.
 */

import type { Campaign } from './soak/campaign.ts';

const campaigns: Readonly<Record<string, () => Promise<Campaign>>> = {
  concurrency: async () => (await import('./soak/concurrency.ts')).concurrency,
  fuzz: async () => (await import('./soak/fuzz.ts')).fuzz,
  kills: async () => (await import('./soak/kills.ts')).kills,
  tune: async () => (await import('./soak/tune.ts')).tune,
};

const [name = '', ...args] = process.argv.slice(2);
if (!Object.hasOwn(campaigns, name)) {
  console.error(`npm run soak -- CAMPAIGN: choose from ${Object.keys(campaigns).join(', ')}.`);
  process.exit(2);
}
const campaign = await campaigns[name]();
try {
  process.exitCode = (await campaign(args)) === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

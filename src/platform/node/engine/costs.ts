/**
 * What training was measured to cost on CPU and GPU: `<cache>/backends.json`. It can be deleted at any time, and is then
 * measured again.
 */

import { createHash } from 'node:crypto';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { jsonOrNone } from '../../../core/json.ts';
import { formatJson } from '../../../runs/json.ts';
import type { CostCache } from '../../../train/choose-backend.ts';
import { cacheDirectory } from '../data/cache.ts';
import { makeFolder } from '../files/folders.ts';
import { readLimited } from '../files/read.ts';
import { writeFileAtomic } from '../files/write.ts';

/** Entries kept; the oldest go first. */
const MOST_ENTRIES = 200;

const MAX_COSTS_BYTES = 2 ** 20;

const cost = z.object({ start: z.number().min(0), step: z.number().positive() });
const schema = z.object({
  couture: z.literal(1),
  measured: z.record(z.string(), z.object({ cpu: cost, gpu: cost })),
});

/** The costs in a cache folder. What cannot be read counts as not measured, and what cannot be written is not kept. */
export function costsIn(folder: () => string = cacheDirectory): CostCache {
  const path = () => join(folder(), 'backends.json');
  const all = async () => {
    try {
      return schema.parse(jsonOrNone(await readLimited(path(), MAX_COSTS_BYTES))).measured;
    } catch {
      return {};
    }
  };
  return {
    async read(key) {
      const measured = await all();
      const own = keyHere(key);
      return Object.hasOwn(measured, own) ? measured[own] : undefined;
    },
    async write(key, costs) {
      const { [keyHere(key)]: _, ...others } = await all();
      const entries = [...Object.entries(others), [keyHere(key), costs]].slice(-MOST_ENTRIES);
      const text = formatJson({ couture: 1, measured: Object.fromEntries(entries) });
      try {
        await makeFolder(dirname(path()));
        await writeFileAtomic(path(), text);
      } catch {
        // A cache that cannot be written costs the next run a measurement, and is no reason not to train.
      }
    },
  };
}

/** The folder may be shared between machines. */
function keyHere(key: string): string {
  return createHash('sha256').update(`${cpus()[0]?.model} ${key}`).digest('hex');
}

/** Files known by their bytes. */

import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** SHA-256 of the files that a pattern finds in a folder, by their paths. */
export function digests(folder: string, pattern: string): Record<string, string> {
  const files = globSync(pattern, { cwd: folder }).sort();
  return Object.fromEntries(
    files.map((file) => [
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    ]),
  );
}

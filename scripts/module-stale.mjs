/** Whether the code of exported modules is older than its source. Plain JavaScript, because prepare.mjs runs on older Node. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** The folders that lead into the bundle. */
const folders = ['core', 'data', 'model', 'engine', 'use', 'ship', 'platform/web'];

/**
 * @param {string} root folder of the checkout
 * @returns {boolean} true where the code is missing or older
 */
export function moduleIsStale(root) {
  const name = 'src/ship/exports/runtime.generated.ts';
  const built = statSync(join(root, name), { throwIfNoEntry: false });
  if (built === undefined) return true;
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, 'src', folder), { recursive: true }).map((file) =>
      join('src', folder, String(file)),
    ),
  );
  return ['scripts/build-module.ts', ...sources].some(
    (file) => /(?<!\.test)\.m?ts$|\.css$/.test(file) && statSync(join(root, file)).mtimeMs > built.mtimeMs,
  );
}

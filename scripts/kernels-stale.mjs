/** Whether the compiled kernels are older than their source. Plain JavaScript, because prepare.mjs runs on older Node. */

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} root folder of the checkout
 * @returns {boolean} true where the kernels are missing or older
 */
export function kernelsAreStale(root) {
  const built = statSync(join(root, 'src/engine/wasm/kernels.generated.ts'), { throwIfNoEntry: false });
  if (built === undefined) return true;
  const sources = readdirSync(join(root, 'kernels'), { recursive: true }).map((name) =>
    join('kernels', name),
  );
  const scripts = ['build-kernels', 'kernel-calls', 'kernel-constants'].map((name) => `scripts/${name}.ts`);
  // kernel-constants.ts takes its numbers from these.
  const shared = ['src/data/augment.ts', 'src/engine/scalars.ts', 'src/engine/wasm/constants.ts'];
  return ['kernels', ...sources, ...scripts, ...shared].some(
    (path) => statSync(join(root, path)).mtimeMs > built.mtimeMs,
  );
}

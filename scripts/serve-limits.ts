/**
 * Writes the table of limits in docs/serve.md, from the table of the service.
 *
 *     npm run serve-limits
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeTable } from '../src/cli/document.ts';
import { limitsTable } from '../test/serve-limits.ts';

const path = join(fileURLToPath(new URL('..', import.meta.url)), 'docs/serve.md');
await writeTable({ path, block: 'serve-limits' }, limitsTable(), { err: console.error });

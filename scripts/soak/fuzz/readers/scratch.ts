/** A folder for readers that take paths, gone with the process. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const scratch = mkdtempSync(join(tmpdir(), 'couture-fuzz-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));

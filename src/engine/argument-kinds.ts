/** What public functions demand where they take a backend. */

import { aFunction, record } from '../core/arguments.ts';

export const aBackend = record(
  { createSession: aFunction, upload: aFunction, dispose: aFunction },
  'a backend',
);

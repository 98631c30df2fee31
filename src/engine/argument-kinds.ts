/** Argument checks of public functions that take a backend. */

import { aFunction, record } from '../core/arguments.ts';

export const aBackend = record(
  { createSession: aFunction, upload: aFunction, dispose: aFunction },
  'a backend',
);

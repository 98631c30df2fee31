/** Errors as problems that the page can show. */

import { StudioError } from './client.ts';
import type { Problem } from './state.ts';

/** The problem in words; undefined for work that a person stopped. */
export function problemOf(error: unknown): Problem | undefined {
  if (error instanceof StudioError) {
    const { interrupted, message, hint } = error;
    return interrupted ? undefined : { message, hint };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}

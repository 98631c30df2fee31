/** What a run ran on: env.json. A run's bits do not depend on it, its speed does. */

import * as z from 'zod';
import { COUTURE_VERSION } from '../core/version.ts';
import type { BackendInfo } from '../engine/backend.ts';
import type { Machine } from './platform.ts';

/** Read leniently: a later version may say more. */
export const environmentSchema = z.looseObject({
  /** Version of Couture. */
  couture: z.string(),
  /** Absent where the run was made in a page, as is the next. */
  node: z.string().optional(),
  v8: z.string().optional(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int().min(1),
  backend: z.looseObject({ name: z.string(), variant: z.string(), threads: z.int() }),
  started: z.string(),
  /** SHA-256 of the teacher's weights, of a run that has a teacher. */
  teacherSha256: z.string().optional(),
});
/** The contents of env.json. */
export type Environment = z.infer<typeof environmentSchema>;

/** env.json of a run that starts now. */
export function describeEnvironment(
  machine: Machine,
  backend: BackendInfo,
  teacherSha256?: string,
): Environment {
  return {
    couture: COUTURE_VERSION,
    ...machine,
    backend: { ...backend },
    started: new Date().toISOString(),
    ...(teacherSha256 !== undefined && { teacherSha256 }),
  };
}

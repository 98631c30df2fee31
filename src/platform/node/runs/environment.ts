/** What a run ran on: env.json. A run's bits do not depend on it, its speed does. */

import { availableParallelism, cpus } from 'node:os';
import * as z from 'zod';
import type { BackendInfo } from '../../../engine/backend.ts';
import { coutureVersion } from './version.ts';

/** Read leniently: a later version may say more. */
export const environmentSchema = z.looseObject({
  couture: z.string(),
  node: z.string(),
  v8: z.string(),
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

/** Software and machine, without the run. */
export function describeMachine(): Pick<
  Environment,
  'couture' | 'node' | 'v8' | 'platform' | 'cpu' | 'cores'
> {
  return {
    couture: coutureVersion(),
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
  };
}

/** env.json of a run that starts now. */
export function describeEnvironment(
  backend: BackendInfo,
  teacherSha256?: string,
): Environment {
  return {
    ...describeMachine(),
    backend: { ...backend },
    started: new Date().toISOString(),
    ...(teacherSha256 !== undefined && { teacherSha256 }),
  };
}


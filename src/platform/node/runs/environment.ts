/** What a run ran on: env.json. A run's bits do not depend on it, its speed does. */

import { createHash } from 'node:crypto';
import { availableParallelism, cpus } from 'node:os';
import * as z from 'zod';
import type { Dataset } from '../../../data/dataset.ts';
import type { BackendInfo } from '../../../engine/backend.ts';
import { coutureVersion } from './version.ts';

const splitSchema = z.looseObject({
  length: z.int().min(1),
  imagesSha256: z.string(),
  labelsSha256: z.string(),
});

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
  data: z.looseObject({
    name: z.string(),
    height: z.int().min(1).max(65_536),
    width: z.int().min(1).max(65_536),
    classNames: z.array(z.string()).min(1).max(65_536),
    train: splitSchema,
    test: splitSchema,
  }),
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
  train: Dataset,
  test: Dataset,
  teacherSha256?: string,
): Environment {
  const { name, height, width, classNames } = train;
  return {
    ...describeMachine(),
    backend: { ...backend },
    started: new Date().toISOString(),
    data: {
      name,
      height,
      width,
      classNames: [...classNames],
      train: checksums(train),
      test: checksums(test),
    },
    ...(teacherSha256 !== undefined && { teacherSha256 }),
  };
}

/** SHA-256 of a split's pixels and labels as they are used. */
export function checksums(dataset: Dataset): z.infer<typeof splitSchema> {
  return {
    length: dataset.length,
    imagesSha256: sha256(dataset.images),
    labelsSha256: sha256(dataset.labels),
  };
}

/** What tells a split's images and labels from others. */
export type SplitSums = Pick<z.infer<typeof splitSchema>, 'imagesSha256' | 'labelsSha256'>;

/** Whether two splits have the same images and labels. */
export function sameSums(a: SplitSums, b: SplitSums): boolean {
  return a.imagesSha256 === b.imagesSha256 && a.labelsSha256 === b.labelsSha256;
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

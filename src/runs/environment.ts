/**
 * The environment of a run: env.json. The bits of a CPU run in exact arithmetic do not depend on it, but its
 * speed does.
 */

import * as z from 'zod';
import { COUTURE_VERSION } from '../core/version.ts';
import type { BackendInfo } from '../engine/backend.ts';
import { type BackendKind, kindOfBackend } from '../engine/names.ts';
import type { Machine } from './platform.ts';

const backendSchema = z.looseObject({ name: z.string(), variant: z.string(), threads: z.int() });

/** A backend of a run. */
export interface RunBackend {
  readonly name: string;
  /** The kernels' variant, or the GPU. */
  readonly variant: string;
  readonly threads: number;
  readonly [more: string]: unknown;
}

/** The contents of env.json. Other fields, of later versions, are kept. */
export interface Environment {
  /** Version of Couture. */
  readonly couture: string;
  /** Version of Node; absent for a run in a page. */
  readonly node?: string | undefined;
  /** Version of V8; absent for a run in a page. */
  readonly v8?: string | undefined;
  readonly platform: string;
  readonly cpu: string;
  readonly cores: number;
  /** The backend at the start of the run. */
  readonly backend: RunBackend;
  /** For a run that lost its GPU, or continued with other bits: all its backends in sequence. */
  readonly backends?:
    | readonly (RunBackend & {
        readonly untilEpoch?: number | undefined;
        readonly cpu?: string | undefined;
      })[]
    | undefined;
  /** When the run started, as ISO 8601. */
  readonly started: string;
  /** SHA-256 of the teacher's weights, of a run that has a teacher. */
  readonly teacherSha256?: string | undefined;
  readonly [more: string]: unknown;
}

/**
 * Read leniently, because a later version may have more.
 * @internal
 */
export const environmentSchema = z.looseObject({
  couture: z.string(),
  node: z.string().optional(),
  v8: z.string().optional(),
  platform: z.string(),
  cpu: z.string(),
  cores: z.int().min(1),
  backend: backendSchema,
  backends: z
    .array(backendSchema.extend({ untilEpoch: z.int().min(0).optional(), cpu: z.string().optional() }))
    .min(1)
    .optional(),
  started: z.string(),
  teacherSha256: z.string().optional(),
}) satisfies z.ZodType<Environment>;

/** The backend of a run, as far as its bits depend on it. */
export interface Place {
  readonly cpu: string;
  readonly backend: BackendInfo;
}

/** The environment of a run that continues elsewhere after that many epochs. */
export function movedEnvironment(env: Environment, epochs: number, { cpu, backend }: Place): Environment {
  const before = env.backends ?? [env.backend];
  const left = { ...before[before.length - 1], untilEpoch: epochs };
  return { ...env, backends: [...before.slice(0, -1), left, { ...backend, cpu }] };
}

/** All backends of a run as text: `simd256-fast on AMD EPYC 9004`. */
export function placesOf({ backend, backends = [backend], cpu }: Environment): string[] {
  return backends.map((each) => placeText(each.name, each.variant, each.cpu ?? cpu));
}

function placeText(name: string, variant: string, cpu: string): string {
  return name === 'webgpu' ? variant : `${variant} on ${cpu}`;
}

/**
 * The notice for a run that continues here although its bits depend on the machine: with `fast`, or on a GPU.
 * Undefined on the same machine, or on another kind of backend.
 */
export function machineNotice(env: Environment, { cpu, backend }: Place, fast: boolean): string | undefined {
  const kind = lastKind(env);
  if (kind !== kindOfBackend(backend.name) || (kind === 'cpu' && !fast)) return undefined;
  const before = placesOf(env).at(-1);
  const now = placeText(backend.name, backend.variant, cpu);
  if (before === now) return undefined;
  const why = kind === 'gpu' ? 'on a GPU' : 'with --fast';
  return `The run was trained ${why} by ${before} and continues on ${now}: it may end with other bits.`;
}

/** The kind of backend that a run was last trained on. */
export function lastKind({ backend, backends }: Environment): BackendKind {
  return (backends?.at(-1) ?? backend).name === 'webgpu' ? 'gpu' : 'cpu';
}

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

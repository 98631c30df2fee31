/** Describes the machine, for env.json and `couture checks`. */

import { availableParallelism, cpus } from 'node:os';
import type { Machine } from '../../runs/platform.ts';

/** Software and machine, without a run. */
export function describeMachine(): Machine & { readonly node: string; readonly v8: string } {
  return {
    node: process.versions.node,
    v8: process.versions.v8,
    platform: `${process.platform} ${process.arch}`,
    cpu: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
  };
}

/** The state of the views that show and explain; only the functions of see-actions.ts write it. */

import { signal } from '@preact/signals';
import type { Audited, ImageMap, JobName } from './protocol-see.ts';
import type { Problem } from './state.ts';

/** The parts of the view Understand. */
export const aspects = ['image', 'tests', 'map'] as const;
export type Aspect = (typeof aspects)[number];
export const aspect = signal<Aspect>('image');

/** How far a job is. */
export interface Progress {
  readonly stage: string;
  readonly done: number;
}

/** Jobs that are under way. */
export const jobs = signal<Readonly<Partial<Record<JobName, Progress>>>>({});
export const jobProblems = signal<Readonly<Partial<Record<JobName, Problem>>>>({});

export const map = signal<ImageMap | undefined>(undefined);
export const audited = signal<Audited | undefined>(undefined);

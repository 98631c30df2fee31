/** The teacher of a run that distills: the trained models that its config names. */

import { CoutureError, prefixed } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import { describeSplit, sameSplit } from '../data/checksums.ts';
import type { Dataset } from '../data/dataset.ts';
import { networkSha256 } from '../ship/network.ts';
import { inputOf } from '../train/config.ts';
import { overlapNotice } from '../train/overlap.ts';
import type { RunConfig } from '../train/settings.ts';
import type { TeacherModel } from '../use/network-teacher.ts';
import { type FoundModel, findModel, trainingOf } from './find-model.ts';
import type { RunPlaces } from './platform.ts';

/**
 * The teacher models of a config: runs, model files, or shipped models; none without a teacher.
 * @throws CoutureError of kind `usage` when one is missing or not finished
 */
export async function openTeachers(
  platform: RunPlaces,
  { settings }: { readonly settings: Pick<RunConfig['settings'], 'teacher'> },
): Promise<FoundModel[]> {
  const names = settings.teacher?.split(',').map((name) => name.trim()) ?? [];
  const teachers: FoundModel[] = [];
  for (const name of names) {
    const teacher = await findModel(platform, name).catch((cause: unknown) => {
      throw prefixed(`The teacher ${name} cannot be opened`, cause);
    });
    if (teacher.kind === 'run' && (await teacher.run.metrics()) === undefined) {
      throw new CoutureError('usage', `The teacher ${teacher.path} is not finished.`, {
        hint: `Finish it first: npx couture train --resume ${teacher.path}`,
      });
    }
    teachers.push(teacher);
  }
  return teachers;
}

/** Notices about teachers that were trained on images which the run holds out. */
export function teacherNotices(teachers: readonly FoundModel[], { settings }: RunConfig): string[] {
  return teachers.flatMap((teacher) => overlapNotice('teacher', trainingOf(teacher), settings) ?? []);
}

/** The networks of the teachers of a run, and their digest. */
export interface TeacherNetworks {
  readonly models: readonly TeacherModel[];
  /** Over the networks' weights and the temperatures, in their order. */
  readonly sha256: string;
}

/**
 * The networks of the teachers: the best weights of a run, all members of a model file; undefined without
 * teachers.
 * @throws CoutureError of kind `data` when one was trained with other images, labels or classes
 */
export async function loadTeachers(
  teachers: readonly FoundModel[],
  dataset: Dataset,
): Promise<TeacherNetworks | undefined> {
  if (teachers.length === 0) return undefined;
  const models: TeacherModel[] = [];
  for (const teacher of teachers) models.push(await networksOf(teacher, dataset));
  let lines = '';
  for (const { members, temperature } of models) {
    lines += `temperature ${temperature}\n`;
    for (const member of members) lines += `${await networkSha256(member)}\n`;
  }
  return { models, sha256: await sha256(new TextEncoder().encode(lines)) };
}

async function networksOf(teacher: FoundModel, dataset: Dataset): Promise<TeacherModel> {
  await requireTeacherOf(dataset, teacher);
  if (teacher.kind === 'file') {
    const { members, temperature } = teacher.model;
    return { members, temperature };
  }
  const { run } = teacher;
  return {
    members: [{ spec: run.config.model, input: inputOf(run.config), weights: await run.loadWeights('best') }],
  };
}

async function requireTeacherOf({ info, ...dataset }: Dataset, { path, data }: FoundModel): Promise<void> {
  const sameClasses = JSON.stringify(data.classNames) === JSON.stringify(info.classNames);
  if (sameClasses && sameSplit(data.splits.train, await describeSplit({ info, ...dataset }))) return;
  throw new CoutureError(
    'data',
    `The teacher ${path} was trained with other ${sameClasses ? 'images or labels' : 'classes'} (${data.name}) than this run (${info.name}).`,
    {
      hint: 'Use a model of the same data set. The config.json of a run and the card of a model list the checksums of its data.',
    },
  );
}

/**
 * Checks that a resumed or repeated run has its original teacher.
 * @param expected the original SHA-256 of the teacher; undefined for a new run
 * @throws CoutureError of kind `data` when it differs
 */
export function requireSameTeacher(
  { settings }: RunConfig,
  { sha256 }: TeacherNetworks,
  expected: string | undefined,
): void {
  if (expected === undefined || sha256 === expected) return;
  throw new CoutureError(
    'data',
    `The teacher ${settings.teacher} no longer has the weights that the run started with.`,
    { hint: 'Restore the original run or model, or train again.' },
  );
}

/** The teacher of a run that distils: what trained models say of every training image. */

import { createHash } from 'node:crypto';
import { CoutureError } from '../../core/errors.ts';
import type { Dataset } from '../../data/dataset.ts';
import { meanProbabilities } from '../../engine/targets.ts';
import type { RunConfig } from '../../train/settings.ts';
import { checksums, sameSums } from './environment.ts';
import { type FoundModel, findModel } from './find-model.ts';
import { type LoadOptions, load } from './load.ts';

/** Probabilities of every image of a training file, and what tells them from others. */
export interface TeacherTable {
  /** [images, classes], row-major. */
  readonly probabilities: Float32Array;
  /** Of the probabilities as little-endian float32. */
  readonly sha256: string;
}

/**
 * The models that a config names as its teacher: runs, model files, or models that come with the package; none where it
 * has no teacher.
 * @throws CoutureError of kind `usage` when one is missing or not finished
 */
export async function openTeachers({ settings }: RunConfig): Promise<FoundModel[]> {
  const names = settings.teacher?.split(',').map((name) => name.trim()) ?? [];
  const teachers: FoundModel[] = [];
  for (const name of names) {
    const teacher = await findModel(name).catch((cause: unknown) => {
      if (!(cause instanceof CoutureError)) throw cause;
      const { kind, message, hint } = cause;
      const options = { ...(hint !== undefined && { hint }), cause };
      throw new CoutureError(kind, `The teacher ${name} cannot be opened: ${message}`, options);
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

/**
 * What the teachers say of every image of the training file, in exact arithmetic: the mean of their probabilities, of a run
 * by its best weights; undefined where there are none.
 * @throws CoutureError of kind `data` when one was trained with other images, labels or classes
 */
export async function teacherTable(
  teachers: readonly FoundModel[],
  dataset: Dataset,
  { backend, threads, signal }: LoadOptions & { readonly signal?: AbortSignal | undefined } = {},
): Promise<TeacherTable | undefined> {
  if (teachers.length === 0) return undefined;
  const tables: Float32Array[] = [];
  for (const teacher of teachers) {
    const model = await load(teacher, { backend, threads });
    try {
      requireTeacherOf(dataset, teacher, model.classNames);
      tables.push(await model.logProbabilities(dataset.images, { signal }));
    } finally {
      await model.dispose();
    }
  }
  const probabilities = meanProbabilities(tables);
  return { probabilities, sha256: sha256(probabilities) };
}

function requireTeacherOf(dataset: Dataset, teacher: FoundModel, classNames: readonly string[]): void {
  const sameClasses = JSON.stringify(classNames) === JSON.stringify(dataset.classNames);
  if (sameClasses && sameSums(teacher.data.train, checksums(dataset))) return;
  throw new CoutureError(
    'data',
    `The teacher ${teacher.path} was trained with other ${sameClasses ? 'images or labels' : 'classes'} (${teacher.dataset}) than this run's ${dataset.name}.`,
    {
      hint: "Name a model of the same data set; a run's env.json and a model's card have the checksums of its files.",
    },
  );
}

/**
 * That a run goes on, or is repeated, with the teacher that it began with.
 * @param expected the teacher's SHA-256 as it was; undefined for a run that begins
 * @throws CoutureError of kind `data` when it is another
 */
export function requireSameTeacher(
  { settings }: RunConfig,
  { sha256 }: TeacherTable,
  expected: string | undefined,
): void {
  if (expected === undefined || sha256 === expected) return;
  throw new CoutureError(
    'data',
    `The teacher ${settings.teacher} no longer gives the probabilities that the run was begun with.`,
    { hint: 'Its weights are others now. Put the run of then back in its place, or train anew.' },
  );
}

function sha256(values: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(values.length * 4));
  values.forEach((value, i) => {
    bytes.setFloat32(i * 4, value, true);
  });
  return createHash('sha256').update(bytes).digest('hex');
}

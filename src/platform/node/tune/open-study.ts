/** Opens the study that a process works on: the stored one, or a new one of the plan. Never another one of that name. */

import { join } from 'node:path';
import { CoutureError } from '../../../core/errors.ts';
import { inQuotes } from '../../../core/printable.ts';
import { type StudyPlan, samePlan } from '../../../study/study.ts';
import { folderStore } from '../runs/folder-store.ts';
import type { Database } from './database.ts';
import { findStudy, studyFolder } from './studies.ts';
import { StudyStore } from './study-store.ts';

/** A study to work on. */
export interface WantedStudy {
  readonly plan: StudyPlan;
  /** Whether the study exists, so that it must not be created. */
  readonly known: boolean;
  /** The number of trials; undefined keeps that of a known study. */
  readonly trials: number | undefined;
  /** Trials at once. */
  readonly parallel: number;
}

/**
 * The study with its queues. A new one has its first trials, or it is not kept: settings that allow no trial must not stay
 * under its name.
 * @throws CoutureError of kind `usage` when a known study is missing, or one of that name has another plan
 */
export async function openStudy(database: Database, wanted: WantedStudy): Promise<StudyStore> {
  const { plan, known, trials, parallel } = wanted;
  const created = known || trials === undefined ? undefined : await StudyStore.create(database, plan, trials);
  const store = created ?? (await StudyStore.find(database, plan.name));
  if (store === undefined)
    throw new CoutureError('usage', `There is no study ${inQuotes(plan.name)} in ${database.place}.`, {
      hint: 'Another process deleted it, or it is in another database: see DATABASE_URL.',
    });
  if (!samePlan(store.plan, plan))
    throw new CoutureError('usage', `The study ${plan.name} exists with other settings.`, {
      hint: `Repeat the command that started it, use another --name, or delete it: couture tune rm ${plan.name}`,
    });
  try {
    if (created === undefined && trials !== undefined) await store.setBudget(trials);
    await store.prepare();
    if (created !== undefined) await store.ask(() => parallel);
  } catch (error) {
    await created?.remove();
    throw error;
  }
  return store;
}

/**
 * Refuses the name of a study that is stored elsewhere: both would write the same study.json and train in the same folders.
 * @throws CoutureError of kind `usage`
 */
export async function refuseElsewhere(name: string, known: boolean, url: string | undefined): Promise<void> {
  const folder = studyFolder(name);
  const embedded = (await folderStore.kind(join(folder, 'db'))) !== undefined;
  if (url && embedded)
    throw new CoutureError(
      'usage',
      `The study ${name} is in ${folder}, not in the database of DATABASE_URL.`,
      {
        hint: `Unset DATABASE_URL to continue it, or use another --name. To delete it: DATABASE_URL= couture tune rm ${name}`,
      },
    );
  if (url && !known && (await findStudy(name)) !== undefined)
    throw new CoutureError(
      'usage',
      `${folder} has trials of a study ${name}, which is not in the database of DATABASE_URL.`,
      {
        hint: `Set DATABASE_URL to its database, use another --name, or delete the folder: DATABASE_URL= couture tune rm ${name}`,
      },
    );
  if (!url && known && !embedded)
    throw new CoutureError('usage', `The study ${name} is in a PostgreSQL database.`, {
      hint: 'Set DATABASE_URL to the address of the database, or use another --name.',
    });
}

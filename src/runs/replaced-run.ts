/** Checks that a run which replaces another one does not need it. */

import { CoutureError } from '../core/errors.ts';
import type { RunConfig } from '../train/settings.ts';
import { type FoundModel, findModel } from './find-model.ts';
import type { RunPlaces } from './platform.ts';
import { type CreateRunOptions, runsFolder } from './run-folder.ts';

/**
 * Refuses to replace the run whose weights the new one starts with, or that is its teacher: it could not be repeated.
 * @param teachers the opened teachers of the config
 * @throws CoutureError of kind `usage`
 */
export async function checkReplacedRun(
  platform: RunPlaces,
  { initFrom }: Pick<RunConfig, 'initFrom'>,
  teachers: readonly FoundModel[],
  { name, overwrite, root }: Pick<CreateRunOptions, 'name' | 'overwrite' | 'root'>,
): Promise<void> {
  if (name === undefined || !overwrite) return;
  const { join, resolve } = platform.store.paths;
  const place = resolve(join(root ?? runsFolder(platform.store.paths), name));
  const origin = initFrom && (await findModel(platform, initFrom.model, { root }));
  const uses: readonly (readonly [FoundModel | undefined, string])[] = [
    [origin, 'starts with its weights'],
    ...teachers.map((teacher) => [teacher, 'learns from it'] as const),
  ];
  for (const [model, why] of uses) {
    if (model === undefined || !isInside(resolve(model.path), place)) continue;
    throw new CoutureError('usage', `The run ${name} cannot be replaced: the new run ${why}.`, {
      hint: 'Give the new run another name.',
    });
  }
}

/** A model file may be in the folder of the run, which is removed with all that is in it. */
function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
}

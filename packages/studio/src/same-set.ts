/** Whether two descriptions are of the same images. Names alone do not tell: two imports may share one. */

import type { DatasetInfo } from 'couture/data';

/** What a set is told apart by: its name, and the registry or the digest that its images are of. */
export function keyOfSet({ name, origin }: Pick<DatasetInfo, 'name' | 'origin'>): string {
  return JSON.stringify([name, origin]);
}

/** Whether images are those of a description: the same imported files, or the same set of the registry. */
export function isSameSet(
  a: Pick<DatasetInfo, 'name' | 'origin'>,
  b: Pick<DatasetInfo, 'name' | 'origin'>,
): boolean {
  return keyOfSet(a) === keyOfSet(b);
}

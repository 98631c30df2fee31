/** What one CSV file of a set holds, and how its image files are looked for. */

import type { FileEntry } from './entries.ts';
import type { PassedOver } from './found.ts';
import type { NamedSplits } from './splits.ts';

/** Finds a file by its path from the folder of the list down. */
export type FindFile = (path: string) => Promise<FileEntry | undefined>;

/** What one file holds. */
export interface CsvContent {
  readonly splits: NamedSplits;
  readonly passedOver: readonly PassedOver[];
  readonly notices: readonly string[];
}

/** The contents of one CSV file of a set, and the search for its image files. */

import type { FileEntry } from './entries.ts';
import type { PassedOver } from './found.ts';
import type { NamedSplits } from './splits.ts';

/** Finds a file by its path from the folder of the list down. */
export type FindFile = (path: string) => Promise<FileEntry | undefined>;

/** The contents of one file. */
export interface CsvContent {
  readonly splits: NamedSplits;
  readonly passedOver: readonly PassedOver[];
  readonly notices: readonly string[];
}

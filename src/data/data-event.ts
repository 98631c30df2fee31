/** Progress of getting a data set. */

/** The stage. `note` reports a problem that does not stop the work. */
export type DataStage = 'cache' | 'folder' | 'probe' | 'download' | 'package' | 'verify' | 'store' | 'note';

/** One step of progress. */
export interface DataEvent {
  readonly stage: DataStage;
  /** The file, folder, address or package; for `note` the sentence. */
  readonly file: string;
  /** Bytes so far and in all; 0 of 0 if there is nothing to count. */
  readonly done: number;
  readonly total: number;
}

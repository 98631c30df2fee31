/** The interface of an export format. Each format is one file of this folder with a row in table.ts. */

import type { Network } from '../../model/network.ts';
import type { ExportModel, TestFigures } from './export-model.ts';

/** A file of an export. */
export interface ExportedFile {
  /** Path below the folder of the export; empty for a format of a single file. */
  readonly path: string;
  readonly content: Uint8Array | string;
}

/** The result of a format. */
export interface Exported {
  readonly files: readonly ExportedFile[];
  /** Sentences for the user: what changed on the way, and how the result is used. */
  readonly notes: readonly string[];
}

/** What a format may ask for. */
export interface ExportTools {
  /** Figures of networks with other weights on the test images; null where these are not at hand. */
  readonly measure?: ((members: readonly Network[]) => Promise<TestFigures | null>) | undefined;
}

/** Turns a model into files. It reads and writes nothing itself, so it also works in a page. */
export type ExportWriter = (model: ExportModel, tools?: ExportTools) => Promise<Exported>;

/** A row of the table of formats. */
export interface ExportFormat {
  /** Value of `--to`. */
  readonly name: string;
  /** A phrase for the help. */
  readonly summary: string;
  /** What `--out` names: a folder, or a file with this ending. */
  readonly out: 'folder' | `.${string}`;
  /** Loads the writer, so that a command loads one format only. */
  readonly load: () => Promise<ExportWriter>;
}

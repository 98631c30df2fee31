/** Input of a report. */

import type { Audit } from '../audit/audit.ts';
import type { AuditExamples } from '../audit/examples.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { RunConfig } from '../train/settings.ts';

/** One finished run. */
export interface ReportRun {
  readonly inspection: Inspection;
  readonly config: RunConfig;
  /** Path of the run, for the commands that repeat it. */
  readonly path: string;
  /** Training with its validations. */
  readonly seconds: number;
  /** SHA-256 of the best weights, and of those after the last epoch. */
  readonly weightsSha256: string;
  readonly lastSha256: string;
  /** The environment of the run: rows of a table. */
  readonly environment: readonly (readonly [name: string, value: string])[];
}

/** An audit of the data set of the runs, and its examples. */
export interface ReportAudit {
  readonly audit: Audit;
  readonly examples: AuditExamples;
}

/** The runs of a report: all of one data set. */
export interface ReportInput {
  readonly runs: readonly ReportRun[];
  readonly audit?: ReportAudit | undefined;
  /** Creates the elements of the figures: the `document` of the page, or one without a browser. */
  readonly document: Document;
  /** Share of the pixels of images to keep, 0 to 1; by default as many as fit into the file. */
  readonly detail?: number | undefined;
}

/** What a report is made of. */

import type { Audit } from '../audit/audit.ts';
import type { AuditExamples } from '../audit/examples.ts';
import type { Inspection } from '../inspect/inspection.ts';
import type { RunConfig } from '../train/settings.ts';

/** One finished run. */
export interface ReportRun {
  readonly inspection: Inspection;
  readonly config: RunConfig;
  /** Where the run lies, as the commands that repeat it name it. */
  readonly path: string;
  /** Training with its validations. */
  readonly seconds: number;
  /** SHA-256 of the best weights, and of those after the last epoch. */
  readonly weightsSha256: string;
  readonly lastSha256: string;
  /** True and predicted class of every image of the test split, in its order. */
  readonly labels: Uint16Array;
  readonly predicted: Uint16Array;
  /** What the run ran on: rows of a table. */
  readonly environment: readonly (readonly [name: string, value: string])[];
}

/** An audit of the runs' data set, and what there is to see of it. */
export interface ReportAudit {
  readonly audit: Audit;
  readonly examples: AuditExamples;
}

/** The runs of a report: all of one data set. */
export interface ReportInput {
  readonly runs: readonly ReportRun[];
  readonly audit?: ReportAudit | undefined;
  /** Makes the figures' elements: the page's own `document`, or one without a browser. */
  readonly document: Document;
  /** How many pixels of their images the figures keep, 0 to 1; by default as many as the file has room for. */
  readonly detail?: number | undefined;
}

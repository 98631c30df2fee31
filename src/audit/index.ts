/** Audit of a data set: duplicates, and labels that out-of-fold models disagree with (`couture/audit`). */

export type {
  Audit,
  AuditedImage,
  Duplicates,
  LabelAudit,
  NearDuplicate,
  OutOfFold,
  Suspect,
} from './audit.ts';
export { DUPLICATE_THRESHOLD, type FindDuplicatesOptions, findDuplicates } from './duplicates.ts';
export { type AuditExamples, auditExamples } from './examples.ts';
export { type AuditLabelsOptions, auditLabels } from './labels.ts';
export { mirrorImage, relativeDistance } from './near-pairs.ts';
export {
  type AuditedAccuracy,
  accuracyWithout,
  type Conflicts,
  countDuplicates,
  type DuplicateCounts,
  findConflicts,
  type Score,
} from './summary.ts';

/** Finds the audit of a run's data and joins it with its images. */

import { auditExamples } from '../audit/examples.ts';
import type { ReportAudit } from '../report/input.ts';
import { usableAudit } from './audit.ts';
import { modelOfRun } from './find-model.ts';
import type { FinishedRun } from './finished-run.ts';
import type { RunDataOptions, RunPlatform } from './platform.ts';
import type { Splits } from './run-data.ts';

/** Largest numbers of examples. */
const SHOWN = { copies: 12, suspects: 20 };

/**
 * The audit, if there is one. An audit that is damaged, or of other images or labels, is skipped with a note.
 */
export async function findAudit(
  platform: Pick<RunPlatform, 'store'>,
  { run }: FinishedRun,
  splits: Splits,
  { onData }: Pick<RunDataOptions, 'onData'>,
): Promise<ReportAudit | undefined> {
  const audit = await usableAudit(platform, modelOfRun(run), onData);
  return audit && { audit, examples: auditExamples(audit, splits, SHOWN) };
}

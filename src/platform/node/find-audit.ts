/** The audit of a run's data, brought together with its images. */

import { CoutureError } from '../../core/errors.ts';
import { viewAudit } from '../../inspect/audit-view.ts';
import type { ReportAudit } from '../../report/input.ts';
import { readAudit } from './audit.ts';
import type { FinishedRun } from './finished-run.ts';
import type { Splits } from './inspect-run.ts';

/** As many as a page takes in. */
const SHOWN = { copies: 12, suspects: 20 };

/** The audit, if there is one. One of other images or labels says nothing of this run and is passed over. */
export async function findAudit({ run }: FinishedRun, splits: Splits): Promise<ReportAudit | undefined> {
  const audit = await readAudit(run).catch((error: unknown) => {
    if (error instanceof CoutureError && error.kind === 'data') return undefined;
    throw error;
  });
  return audit && { audit, view: viewAudit(audit, splits, SHOWN) };
}

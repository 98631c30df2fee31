/** The audit of the data set at hand: copies, and labels that models disagree with. It is kept beside the runs. */

import { auditDataset, readDatasetAudit } from 'couture/runs';
import type { Audited } from '../protocol-see.ts';
import { currentSet, wholeSet } from './data.ts';
import type { Job } from './jobs.ts';
import { platform } from './store.ts';

/** Models that judge the labels, and their epochs. */
const FOLDS = 5;
const EPOCHS = 10;
/** Share of the time that the search for copies takes, about. */
const COPIES = 0.15;

/** The audit of an earlier visit; null where there is none. */
export async function earlierAudit(): Promise<Audited | null> {
  const { info } = currentSet().summary;
  const audit = await readDatasetAudit(await platform(), info);
  return audit === undefined ? null : { audit };
}

/** Audits both splits. */
export async function audit(job: Job): Promise<Audited> {
  const { train, test } = wholeSet();
  const began = performance.now();
  job.progress('Comparing images', 0);
  const { audit } = await auditDataset(await platform([train, test]), train.info, {
    ...{ folds: FOLDS, epochs: EPOCHS, backend: 'cpu', signal: job.signal },
    onCompare: (done, total) => job.progress('Comparing images', (COPIES * done) / total),
    onFold: (fold, event) => reportFold(job, fold, event),
  });
  return { audit, seconds: (performance.now() - began) / 1000 };
}

function reportFold(
  { progress }: Job,
  fold: number,
  event: { readonly type: string; readonly epoch?: number; readonly step?: number; readonly steps?: number },
): void {
  if (event.type !== 'step') return;
  const { epoch = 1, step = 0, steps = 1 } = event;
  const share = (fold - 1 + (epoch - 1 + step / steps) / EPOCHS) / FOLDS;
  progress(`Training model ${fold} of ${FOLDS}`, COPIES + (1 - COPIES) * share);
}

/** Progress of an audit: a bar for the data, one for comparing images, one for judging labels. */

import type { AuditOptions } from '../../runs/audit.ts';
import type { CliContext } from '../context.ts';
import { dataView } from './data.ts';
import { count } from './format.ts';
import type { Progress } from './progress.ts';

/** Handlers for `auditDataset`; `end` closes the open bar. */
export function auditView(
  context: CliContext,
  folds: number,
  epochs: number,
): Required<Pick<AuditOptions, 'onData' | 'onCompare' | 'onFold'>> & { end: () => void } {
  const data = dataView(context);
  let comparing: Progress | undefined;
  let judging: Progress | undefined;
  return {
    onData: data.onData,
    onCompare(done, total) {
      data.end();
      comparing ??= context.progress(total, 'comparing images');
      comparing.update(done, `${count(done)} of ${count(total)}`);
    },
    onFold(fold, event) {
      comparing?.done();
      judging ??= context.progress(folds * epochs, 'judging labels');
      if (event.type !== 'step') return;
      const done = (fold - 1) * epochs + event.epoch - 1 + event.step / event.steps;
      judging.update(done, `fold ${fold} of ${folds}, epoch ${event.epoch} of ${epochs}`);
    },
    end() {
      data.end();
      comparing?.done();
      judging?.done();
    },
  };
}

/** Summarizes an import in sentences. */

import { count } from '../../core/format.ts';
import type { DatasetInfo } from '../dataset-info.ts';
import { describeShape } from '../image-shape.ts';
import type { ImportReport } from './report.ts';

/** Largest number of named skipped files. */
const NAMED = 5;

/** A line about the set, then the decisions, then the skipped files. */
export function importDigest(info: DatasetInfo, report: ImportReport): string[] {
  const total = (split: 'train' | 'test') => report.classes.reduce((sum, row) => sum + row[split], 0);
  const { passedOver, passedOverCount } = report;
  const more = passedOverCount - Math.min(NAMED, passedOver.length);
  return [
    `${info.name}: ${count(total('train'))} training and ${count(total('test'))} test images of ${describeShape(info.shape)} in ${info.classNames.length} classes`,
    ...report.notices,
    ...(passedOverCount === 0
      ? []
      : [`${passedOverCount} ${passedOverCount === 1 ? 'file was' : 'files were'} skipped:`]),
    ...passedOver.slice(0, NAMED).map(({ path, reason }) => `  ${path}: ${reason}`),
    ...(more > 0 ? [`  and ${more} more; couture data info ${info.name} lists them`] : []),
  ];
}

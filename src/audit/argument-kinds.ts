/** Argument checks for audits. */

import { aNumber, anArray, aString, record } from '../core/arguments.ts';

export const someDuplicates = record({ exact: anArray, near: anArray }, 'the result of findDuplicates');
export const anAudit = record(
  {
    dataset: aString,
    classNames: anArray,
    data: record({ test: record({ length: aNumber }) }),
    duplicates: someDuplicates,
    labels: record({ suspects: anArray }),
  },
  'an audit',
);

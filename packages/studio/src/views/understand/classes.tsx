/** The classes in numbers; a click on a heading sorts by it. It is the matrix as a table for those who do not see it. */

import type { Evaluation } from 'couture/inspect';
import { ArrowDown } from 'lucide-preact';
import { useState } from 'preact/hooks';
import { count, percent } from '../../format.ts';

const columns = {
  precision: 'Precision',
  recall: 'Recall',
  f1: 'F1',
  support: 'Images',
} as const;
type Column = keyof typeof columns;

/** The table. */
export function Classes({ evaluation }: { readonly evaluation: Evaluation }) {
  const [by, setBy] = useState<Column | undefined>(undefined);
  const { perClass } = evaluation;
  // The weakest first: those are what one looks for.
  const rows = by === undefined ? perClass : perClass.toSorted((a, b) => a[by] - b[by]);
  return (
    <section class="card" aria-label="Classes">
      <h2>
        Classes{' '}
        <span>
          precision: of the images predicted as the class, the share that is of it; recall: of its images, the
          share that is found
        </span>
      </h2>
      <table class="class-table">
        <thead>
          <tr>
            <th scope="col">
              <button
                type="button"
                class="quiet"
                aria-pressed={by === undefined}
                onClick={() => setBy(undefined)}
              >
                Class
              </button>
            </th>
            {(Object.keys(columns) as Column[]).map((column) => (
              <th scope="col" key={column} aria-sort={by === column ? 'ascending' : undefined}>
                <button
                  type="button"
                  class="quiet"
                  aria-pressed={by === column}
                  onClick={() => setBy(column)}
                >
                  {columns[column]} {by === column && <ArrowDown size={12} aria-hidden="true" />}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, precision, recall, f1, support }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {[precision, recall, f1].map((share, i) => (
                <td key={i}>
                  <span class="share" aria-hidden="true">
                    <span
                      class={`bar ${['precision', 'recall', 'f1'][i]}`}
                      style={{ transform: `scaleX(${share.toFixed(4)})` }}
                    />
                  </span>
                  {percent(share, 1)}
                </td>
              ))}
              <td>{count(support)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

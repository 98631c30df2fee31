/** Plain tables: two spaces between columns, and a line under the headings. */

import Table from 'cli-table3';

/** Alignment of a column. */
export type Align = 'left' | 'right';

const noFrame = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** The table as text. Cells may contain colors. */
export function table(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  align: readonly Align[] = [],
): string {
  const view = new Table({
    chars: noFrame,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colAligns: heads.map((_, i) => align[i] ?? 'left'),
    ...(heads.some((head) => head !== '') && { head: [...heads] }),
  });
  view.push(...rows.map((row) => row.map(String)));
  return view
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** A table with a title below each row: side by side, both would be wider than most terminals. */
export function titledTable(
  heads: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  titles: readonly string[],
  align: readonly Align[] = [],
): string {
  const [head, ...lines] = table(heads, rows, align).split('\n');
  return [head, ...lines.map((line, i) => `${line}\n  ${titles[i]}`)].join('\n');
}

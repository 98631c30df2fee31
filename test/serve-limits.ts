/** The limits of the service, as docs/serve.md lists them. */

import { markdownTable } from 'markdown-table';
import { type ServeLimit, serveLimits } from '../src/serve/limits.ts';
import { refusals } from '../src/serve/refusals.ts';

const number = (value: number): string => value.toLocaleString('en-US');

/** The table as Markdown. */
export function limitsTable(): string {
  const rows = Object.values<ServeLimit>(serveLimits).map(
    ({ flag, what, unit, standard, least, most, code }) => [
      `\`${flag}\``,
      `${what}, in ${unit}`,
      number(standard),
      `${number(least)} to ${number(most)}`,
      `${refusals[code].status} \`${code}\``,
    ],
  );
  return markdownTable([['flag', 'limit', 'default', 'range', 'error'], ...rows]);
}

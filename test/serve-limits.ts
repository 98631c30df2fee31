/** The limits of the service, as docs/serve.md lists them. */

import { markdownTable } from 'markdown-table';
import { limitText, type ServeLimit, serveLimits } from '../src/serve/limits.ts';
import { refusals } from '../src/serve/refusals.ts';

const number = (value: number): string => value.toLocaleString('en-US');

/** The table as Markdown. */
export function limitsTable(): string {
  const rows = Object.values<ServeLimit>(serveLimits).map((limit) => [
    `\`${limit.flag}\``,
    limitText(limit),
    number(limit.standard),
    `${number(limit.least)} to ${number(limit.most)}`,
    `${refusals[limit.code].status} \`${limit.code}\``,
  ]);
  return markdownTable([['flag', 'limit', 'default', 'range', 'error'], ...rows]);
}

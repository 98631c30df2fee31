/** What `--json` prints: one document, on one line, with the version of its form. */

import type { CliContext } from '../context.ts';

/** Prints `{ "couture": 1, "command": … }` with the content behind it. */
export function printJson(
  { out }: Pick<CliContext, 'out'>,
  command: string,
  content: Record<string, unknown>,
): void {
  out(JSON.stringify({ couture: 1, command, ...content }));
}

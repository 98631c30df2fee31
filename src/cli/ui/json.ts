/** The output of `--json`: one document on one line, with the version of its format. */

import type { CliContext } from '../context.ts';

/** Prints `{ "couture": 1, "command": … }` followed by the content. */
export function printJson(
  { out }: Pick<CliContext, 'out'>,
  command: string,
  content: Record<string, unknown>,
): void {
  out(asciiControls(JSON.stringify({ couture: 1, command, ...content })));
}

/** JSON with characters that must not reach a terminal as \u escapes: the same document. */
function asciiControls(json: string): string {
  return json.replaceAll(
    /[\p{Cc}\p{Bidi_Control}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

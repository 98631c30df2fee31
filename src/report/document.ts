/** The HTML document around the chapters of a report: its head, with the policy that allows only its own script, and the frame. */

import type { Chapter } from './chapter.ts';
import { contents, section } from './frame.ts';
import { html, type Markup, trusted } from './html.ts';
import { scriptSource } from './script.ts';
import { styleSheet } from './style.ts';

/** The page of a report without its head. */
export function pageOf(
  chapters: readonly Chapter[],
  { opening, bar }: { readonly opening: Markup; readonly bar: Markup },
): Markup {
  return html`<a class="skip" href="#main">To the report</a>
${opening}
${bar}
<div class="page">
${contents(chapters)}
<main id="main">
${chapters.map(section)}
<footer>Made by Couture. This file is complete: it loads nothing from the network, and you can share it.</footer>
</main>
</div>`;
}

/** Contents of a document. */
interface DocumentParts {
  readonly title: string;
  /** Number of runs that can be shown alone. */
  readonly runs: number;
  readonly body: Markup;
  /** The text of the script, which only this document may run. */
  readonly script: string;
}

/** The whole document. */
export async function writeDocument({ title, runs, body, script }: DocumentParts): Promise<string> {
  return html`<!doctype html>
<html lang="en" data-show="all">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await policyFor(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(styleSheet(runs))}</style>
</head>
<body>
${body}
<script>${trusted(script)}</script>
</body>
</html>
`.text;
}

/** Pictures inside the file, styles inside the file, the one script, and nothing else. */
async function policyFor(script: string): Promise<string> {
  return [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    `script-src ${await scriptSource(script)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/**
 * The report: one HTML file with everything in it, for people who look before they read. It loads nothing, and its
 * Content-Security-Policy lets nothing be loaded and no script run but its own.
 */

import { CoutureError } from '../core/errors.ts';
import { writeChapters } from './chapters.ts';
import { bar, contents, dialog, opening, section, titleOf } from './frame.ts';
import { html, jsonMarkup, trusted } from './html.ts';
import type { ReportInput } from './input.ts';
import { scriptSource, scriptText } from './script.ts';
import { layOutImages } from './sheet.ts';
import { styleSheet } from './style.ts';

/** Characters of the whole file, of which the figures come first and the test images take what is left. */
const LIMIT = 5_600_000;

/**
 * Writes the report of one run, or of several of the same data set.
 * @throws CoutureError of kind `usage` when there is no run, or the runs are of different data sets
 */
export async function writeReport(input: ReportInput): Promise<string> {
  const { runs } = input;
  if (runs.length === 0) throw new CoutureError('usage', 'A report takes a run.');
  const inspections = runs.map(({ inspection }) => inspection);
  if (new Set(inspections.map(({ data }) => data.dataset)).size > 1)
    throw new CoutureError('usage', 'A report takes runs of one data set.');
  const chapters = writeChapters(input);
  const body = html`<a class="skip" href="#main">To the report</a>
${opening(runs)}
${bar(runs)}
<div class="page">
${contents(chapters)}
<main id="main">
${chapters.map(section)}
<footer>Written by Couture. Everything is in this file: it needs no network and may be passed on.</footer>
</main>
</div>
${dialog}
<div id="tip" role="status" hidden></div>`;
  const sheet = layOutImages(inspections, LIMIT - body.text.length);
  const script = scriptText();
  return html`<!doctype html>
<html lang="en" data-show="all">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${await policyFor(script)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${titleOf(runs)}</title>
<link rel="icon" href="data:,">
<style>${trusted(styleSheet(runs.length))}</style>
</head>
<body>
${body}
<img id="sheet" alt="" hidden src="${sheet.uri}">
<script type="application/json" id="page-data">${jsonMarkup(sheet.data)}</script>
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

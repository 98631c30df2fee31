/**
 * The report: one complete HTML file. It loads nothing, and its Content-Security-Policy allows only its own
 * script.
 */

import { CoutureError } from '../core/errors.ts';
import { writeChapters } from './chapters.ts';
import { bar, contents, dialog, opening, section, titleOf } from './frame.ts';
import { html, jsonMarkup, type Markup, trusted } from './html.ts';
import type { ReportInput, ReportRun } from './input.ts';
import { scriptSource, scriptText } from './script.ts';
import { layOutImages } from './sheet.ts';
import { styleSheet } from './style.ts';

/** Largest number of characters of the file: figures have priority, and test images use the rest. */
const LIMIT = 12_000_000;
/** Largest number of characters of the figures: above it, their images lose detail. */
const MOST_OF_FIGURES = 8_000_000;
const details = [0.5, 0.25] as const;

/**
 * Writes the report of one run, or of several of the same data set.
 * @throws CoutureError of kind `usage` when there is no run, or the runs are of different data sets
 */
export async function writeReport(input: ReportInput): Promise<string> {
  const { runs } = input;
  if (runs.length === 0) throw new CoutureError('usage', 'Give at least one run.');
  if (new Set(runs.map(dataOf)).size > 1)
    throw new CoutureError('usage', 'All runs of a report must be of the same data set.');
  let body = writeBody(input);
  for (const detail of details) {
    if (body.text.length <= MOST_OF_FIGURES || input.detail !== undefined) break;
    body = writeBody({ ...input, detail });
  }
  const sheet = layOutImages(
    runs.map(({ inspection }) => inspection),
    LIMIT - body.text.length,
  );
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

/** Identity of a data set: the same name may be used for other sizes or other images. */
function dataOf({ inspection: { data }, config }: ReportRun): string {
  const { dataset, width, height, channels, classNames } = data;
  return JSON.stringify([dataset, width, height, channels, classNames, config.data.splits.test ?? null]);
}

/** The chapters and their frame. */
function writeBody(input: ReportInput): Markup {
  const { runs } = input;
  const chapters = writeChapters(input);
  return html`<a class="skip" href="#main">To the report</a>
${opening(runs)}
${bar(runs)}
<div class="page">
${contents(chapters)}
<main id="main">
${chapters.map(section)}
<footer>Made by Couture. This file is complete: it loads nothing from the network, and you can share it.</footer>
</main>
</div>
${dialog}
<div id="tip" role="status" hidden></div>`;
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

/**
 * The report: one complete HTML file. It loads nothing, and its Content-Security-Policy allows only its own
 * script.
 */

import { CoutureError } from '../core/errors.ts';
import { writeChapters } from './chapters.ts';
import { pageOf, writeDocument } from './document.ts';
import { bar, dialog, opening, titleOf } from './frame.ts';
import { html, jsonMarkup, type Markup } from './html.ts';
import type { ReportInput, ReportRun } from './input.ts';
import { scriptText } from './script.ts';
import { layOutImages } from './sheet.ts';

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
  return await writeDocument({
    title: titleOf(runs),
    runs: runs.length,
    body: html`${body}
<img id="sheet" alt="" hidden src="${sheet.uri}">
<script type="application/json" id="page-data">${jsonMarkup(sheet.data)}</script>`,
    script: scriptText(),
  });
}

/** Identity of a data set: the same name may be used for other sizes or other images. */
function dataOf({ inspection: { data }, config }: ReportRun): string {
  const { dataset, width, height, channels, classNames } = data;
  return JSON.stringify([dataset, width, height, channels, classNames, config.data.splits.test ?? null]);
}

/** The chapters and their frame. */
function writeBody(input: ReportInput): Markup {
  const { runs } = input;
  return html`${pageOf(writeChapters(input), { opening: opening(runs), bar: bar(runs) })}
${dialog}
<div id="tip" role="status" hidden></div>`;
}

/** The report of a search for settings: one HTML file with its figures, its best trials, and how to go on. */

import { anObject, aString, checkArguments, listOf, optional, record } from '../core/arguments.ts';
import { plural } from '../core/format.ts';
import { bestTrials } from '../figures/search/best-trials.ts';
import { bestOutcome, choiceText, type Outcome, outcomesOf, valueText } from '../figures/search/common.ts';
import { countStates } from '../figures/search/history.ts';
import { searchFigures } from '../figures/search/index.ts';
import { spaceRows } from '../figures/search/space-words.ts';
import { aSummary, type SearchSummary } from '../search/summary.ts';
import { type Chapter, headedTable } from './chapter.ts';
import { pageOf, writeDocument } from './document.ts';
import { figureCard } from './figure-card.ts';
import { bar } from './frame.ts';
import { html, type Markup } from './html.ts';
import { themeScript } from './script.ts';

/** Failed trials that are listed. */
const MOST_FAILED = 10;

/** A search to report. */
export interface SearchReportInput {
  readonly summary: SearchSummary;
  /** What was searched and how: rows of a table. */
  readonly facts?: readonly (readonly [name: string, value: string])[];
  /** Commands with which to go on. */
  readonly commands?: readonly string[];
  /** Creates the elements of the figures: the `document` of the page, or one without a browser. */
  readonly document: Document;
}

/** Writes the report of a search. */
export async function writeSearchReport(input: SearchReportInput): Promise<string> {
  checkArguments('writeSearchReport', {
    input: [
      input,
      record({
        summary: aSummary,
        facts: optional(listOf(listOf(aString))),
        commands: optional(listOf(aString)),
        document: anObject,
      }),
    ],
  });
  const { summary } = input;
  const best = bestOutcome(summary);
  const chapters = [
    figuresChapter('course', 'The course of the search', ['search-history', 'search-curves'], input),
    figuresChapter(
      'settings',
      'What matters',
      ['search-importance', 'search-parallel', 'search-slices'],
      input,
    ),
    bestChapter(summary),
    failuresChapter(summary),
    searchedChapter(input),
  ].filter((chapter) => chapter !== undefined);
  const opening = html`<header class="opening">
    <p class="kind">Report of a search for settings: ${summary.name}</p>
    <h1>${
      best === undefined
        ? 'No trial is complete yet'
        : `Of ${plural(summary.trials.length, 'trial')}, the best has a ${summary.objective} of ${valueText(summary, best.value)}`
    }</h1>
    <div class="marks">${best && mark(summary, best)}</div>
  </header>`;
  return await writeDocument({
    title: `Search: ${summary.name}`,
    runs: 0,
    body: pageOf(chapters, { opening, bar: bar() }),
    script: themeScript(),
  });
}

function mark(summary: SearchSummary, { trial, value }: Outcome): Markup {
  return html`<div class="mark">
    <span class="name">trial ${trial.number}</span>
    <b>${valueText(summary, value)}</b>
    <p>${summary.objective}; ${countStates(summary)}</p>
    <p>Chosen among ${plural(outcomesOf(summary).length, 'trial')} by this value, which is therefore a little better than that of the same settings with another seed.</p>
  </div>`;
}

function figuresChapter(
  id: string,
  title: string,
  names: readonly string[],
  { summary, document }: SearchReportInput,
): Chapter | undefined {
  const entries = searchFigures.filter(({ name, has }) => names.includes(name) && (has?.(summary) ?? true));
  if (entries.length === 0) return undefined;
  const cards = entries.map(({ draw, reading }) =>
    figureCard((width) => draw(summary, { document, width }), { reading, narrow: true }),
  );
  return { id, title, body: html`<div class="figures">${cards}</div>` };
}

function bestChapter(summary: SearchSummary): Chapter | undefined {
  const { heads, rows } = bestTrials(summary);
  if (rows.length === 0) return undefined;
  const body = rows.map(({ number, cells }): [string, ...string[]] => [`trial ${number}`, ...cells]);
  return { id: 'best', title: 'The best trials', body: headedTable(body, heads) };
}

/** Trials without a value: those that failed. */
function failuresChapter({ trials, space }: SearchSummary): Chapter | undefined {
  const failed = trials.filter(({ state }) => state === 'failed');
  if (failed.length === 0) return undefined;
  const names = Object.keys(space).filter((name) => !name.startsWith('$'));
  const rows = failed.slice(0, MOST_FAILED).map(({ number, values }): [string, string] => [
    `trial ${number}`,
    names
      .filter((name) => Object.hasOwn(values, name))
      .map((name) => `${name} ${choiceText(values[name])}`)
      .join(', '),
  ]);
  return {
    id: 'failed',
    title: 'Failed trials',
    body: html`<p>${plural(failed.length, 'trial')} failed or broke a constraint${
      failed.length > MOST_FAILED ? `; the first ${MOST_FAILED} of them:` : ':'
    }</p>
      ${headedTable(rows)}`,
  };
}

function searchedChapter({ summary, facts = [], commands = [] }: SearchReportInput): Chapter {
  const rows = spaceRows(summary.space).map(({ name, values, condition }): [string, ...string[]] => [
    name,
    values,
    condition,
  ]);
  return {
    id: 'searched',
    title: 'What was searched',
    body: html`${facts.length > 0 ? headedTable(facts) : undefined}
      <h3>The space</h3>
      ${headedTable(rows, ['values', 'only if'])}
      ${
        commands.length > 0 ? html`<h3>Go on</h3><pre><code>${commands.join('\n')}</code></pre>` : undefined
      }`,
  };
}

/** The chapters of the report: from the samples to the comparison of the networks, then details. */

import {
  comparisonFigures,
  type FigureEntry,
  type FigureSection,
  pairFigures,
  runFigures,
} from '../figures/table.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { auditChapter } from './audit-chapter.ts';
import { captionOf } from './captions.ts';
import { type Chapter, paragraphs } from './chapter.ts';
import { type CardOptions, figureCard } from './figure-card.ts';
import { runName } from './frame.ts';
import { html, type Markup } from './html.ts';
import type { ReportInput, ReportRun } from './input.ts';
import { repeatChapter } from './repeat.ts';
import { accuracyStory, dataStory, gainStory, networkStory } from './story.ts';

/** Largest number of runs with extra figures for phones: with more, the file would be too large. */
const MOST_DRAWN_TWICE = 2;

/** The chapters in their order. */
export function writeChapters(input: ReportInput): Chapter[] {
  const { runs, audit } = input;
  return [
    {
      id: 'data',
      title: 'The data',
      body: html`${paragraphs(dataStory(runs[0].inspection))}
        <div class="figures">${entriesOf('data', runs).map((entry) => card(entry, 0, input))}</div>`,
    },
    ...runs.map((run, i) => networkChapter(run, i, input)),
    comparisonChapter(input),
    closerLook('predictions', 'Single predictions', input),
    closerLook('mistakes', 'Mistakes', input),
    closerLook('confidence', 'Confidence', input),
    closerLook('inside', 'Inside the network', input),
    ...(audit === undefined ? [] : [auditChapter(audit, input)]),
    repeatChapter(runs),
  ];
}

/** `The network`, or of several `The first network`. */
function networkChapter(run: ReportRun, place: number, input: ReportInput): Chapter {
  const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];
  const which = input.runs.length === 1 ? '' : `${ordinals[place] ?? `${place + 1}th`} `;
  const entries = (['network', 'training'] as const).flatMap((section) => entriesOf(section, [run]));
  return {
    id: `network-${place + 1}`,
    title: `The ${which}network: ${run.inspection.run}`,
    body: html`${paragraphs(networkStory(run))}
      <div class="figures">${entries.map((entry) => card(entry, place, input))}</div>`,
  };
}

/** How to read the accuracy of a single run. */
const ALONE = 'The line is the 95% confidence interval of the accuracy.';

/** All runs in one plot, and the differences between them. */
function comparisonChapter({ runs, document, detail }: ReportInput): Chapter {
  const inspections = runs.map(({ inspection }) => inspection);
  const several = runs.length > 1;
  const stops = inspections.map(
    ({ run, training }, i) => html`<p>${runName(run, i)} ${training.sentence}</p>`,
  );
  const gains = runs.slice(1).flatMap((run) => gainStory(runs[0], run));
  const cards = comparisonFigures
    .filter(({ name }) => several || name === 'accuracies')
    .map(({ draw, reading }) =>
      figureCard((width) => draw(inspections, { document, width, detail }), {
        reading: several ? reading : ALONE,
        narrow: true,
      }),
    );
  return {
    id: 'accuracy',
    title: several ? 'Side by side on the test images' : 'On the test images',
    body: html`${paragraphs([...inspections.map(accuracyStory), ...gains])}
      ${several ? html`<h3>Where validation loss stops falling</h3>${stops}` : undefined}
      <div class="figures">${cards}</div>`,
  };
}

/** A section of the table of figures; the figures of several runs are side by side. */
function closerLook(section: FigureSection, title: string, input: ReportInput): Chapter {
  const { runs } = input;
  const entries = entriesOf(section, runs);
  const body =
    runs.length === 1
      ? html`<div class="figures">${entries.map((entry) => card(entry, 0, input, { reading: entry.reading }))}</div>`
      : html`${entries.map((entry) => html`${row(entry, input)}${entry.name === 'confusion' ? changes(input) : undefined}`)}`;
  return { id: section, title, body };
}

/** The matrices of the later runs minus that of the first. */
function changes({ runs, document, detail }: ReportInput): Markup {
  const [first, ...later] = runs.map(({ inspection }) => inspection);
  return html`${pairFigures.map((entry) => {
    const cards = later.map((second, i) =>
      figureCard((width) => entry.draw([first, second], { document, width, detail, places: [0, i + 1] }), {
        live: { kind: 'change', run: i + 1 },
        narrow: runs.length <= MOST_DRAWN_TWICE,
      }),
    );
    return html`<div class="lead"><h3>${entry.title}.</h3> <p>${entry.reading}</p></div><div class="figures">${cards}</div>`;
  })}`;
}

/** A figure of each run, side by side. */
function row(entry: FigureEntry<Inspection>, input: ReportInput): Markup {
  const columns = input.runs.map(
    ({ inspection }, i) =>
      html`<div class="run" data-run="${i}">${card(entry, i, input, { heading: runName(inspection.run, i) })}</div>`,
  );
  return html`<div class="lead"><h3>${entry.title}.</h3> <p>${entry.reading}</p></div>
    <div class="runs">${columns}</div>`;
}

/** The figures of a section that at least one of the runs has. */
function entriesOf(section: FigureSection, runs: readonly ReportRun[]): FigureEntry<Inspection>[] {
  return runFigures.filter(
    (entry) => entry.section === section && runs.some(({ inspection }) => has(entry, inspection)),
  );
}

function has(entry: FigureEntry<Inspection>, inspection: Inspection): boolean {
  return entry.has?.(inspection) ?? true;
}

/** Interactive figures, by their names. */
const lively: Readonly<Record<string, NonNullable<CardOptions['live']>['kind']>> = {
  confusion: 'matrix',
  'confusion-normalized': 'matrix',
  'map-pca': 'map',
  'map-umap': 'map',
};

/** A figure of one run, or a sentence if there is nothing to draw. */
function card(
  entry: FigureEntry<Inspection>,
  run: number,
  { runs, document, detail }: ReportInput,
  words: Pick<CardOptions, 'reading' | 'heading'> = {},
): Markup | undefined {
  const { inspection } = runs[run];
  const sentence = captionOf(entry.name, inspection);
  if (!has(entry, inspection)) return sentence ? html`${words.heading}<p>${sentence}</p>` : undefined;
  const kind = lively[entry.name];
  const beside = runs.map((each) => each.inspection).filter((each) => has(entry, each));
  const options = { document, detail, run };
  return figureCard((width) => entry.draw(inspection, { ...options, width }, beside), {
    sentence,
    ...words,
    live: kind && { kind, run },
    narrow: runs.length <= MOST_DRAWN_TWICE,
  });
}

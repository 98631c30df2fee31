/** The frame of the chapters: the opening, the top bar, the table of contents, the dialog. */

import { count, list, percent } from '../core/format.ts';
import { accuracyFinding, runAccuracy } from '../figures/accuracies.ts';
import { inDark, runColor } from '../figures/theme.ts';
import { layerWidths } from '../model/plan.ts';
import type { Chapter } from './chapter.ts';
import { html, type Markup } from './html.ts';
import type { ReportRun } from './input.ts';
import { duration, range } from './story.ts';

/** `fashion-mnist: baseline-seed1 and deeper-seed1`; a run with the name of its data set is not repeated. */
export function titleOf(runs: readonly ReportRun[]): string {
  const { dataset } = runs[0].inspection.data;
  const names = list(runs.map(({ inspection }) => inspection.run));
  return names === dataset ? dataset : `${dataset}: ${names}`;
}

/** The finding, and the accuracy of each run. */
export function opening(runs: readonly ReportRun[]): Markup {
  const { dataset } = runs[0].inspection.data;
  return html`<header class="opening">
    <p class="kind">Report of ${runs.length === 1 ? 'a training run' : `${runs.length} training runs`} on ${dataset}</p>
    <h1>${accuracyFinding(runs.map(({ inspection }) => runAccuracy(inspection)))}</h1>
    <div class="marks">${runs.map(mark)}</div>
  </header>`;
}

function mark({ inspection, seconds }: ReportRun, place: number): Markup {
  const { run, evaluation, training, spec } = inspection;
  return html`<div class="mark">
    ${runName(run, place)}
    <b>${percent(evaluation.accuracy, 2)}</b>
    <p>of ${count(evaluation.images)} test images correct; 95% interval ${range(evaluation.interval)}</p>
    <p>${layerWidths(spec).join('-')}, best epoch ${training.bestEpoch} of ${training.history.length}, trained in ${duration(seconds)}</p>
  </div>`;
}

/** A run's name with its color in the plots. */
export function runName(run: string, place: number): Markup {
  const color = runColor(place);
  return html`<span class="name"><i style="background: light-dark(${color}, ${inDark(color)})"></i>${run}</span>`;
}

/** The switch between runs, if there are several, and the button for light and dark. */
export function bar(runs: readonly ReportRun[] = []): Markup {
  const choice = (value: string, label: Markup | string): Markup =>
    html`<label${value === 'all' ? html` class="all"` : undefined}><input type="radio" name="run" value="${value}"${value === 'all' ? html` checked` : undefined}><span>${label}</span></label>`;
  const runsSwitch =
    runs.length < 2
      ? undefined
      : html`<fieldset class="runs-switch"><legend>Show</legend>${choice('all', runs.length === 2 ? 'both' : 'all')}
        ${runs.map(({ inspection }, i) => choice(String(i), runName(inspection.run, i)))}</fieldset>`;
  return html`<div class="bar" id="bar"><div>${runsSwitch}<button type="button" id="theme">Dark</button></div></div>
    <noscript><style>.bar { display: none; }</style></noscript>`;
}

/** The table of contents. */
export function contents(chapters: readonly Chapter[]): Markup {
  return html`<nav class="contents" aria-label="Contents"><details open><summary>Contents</summary>
    <ol>${chapters.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></details></nav>`;
}

/** A chapter with its number. */
export function section({ id, title, body }: Chapter, place: number): Markup {
  return html`<section id="${id}" aria-labelledby="${id}-title">
    <h2 id="${id}-title"><span class="number">${place + 1}</span>${title}</h2>
    ${body}
  </section>`;
}

/** The dialog for the images of a cell. */
export const dialog = html`<dialog id="images" aria-labelledby="images-title"><div>
  <header><h2 id="images-title"></h2><button type="button" id="images-close">Close</button></header>
  <p id="images-note"></p>
  <ul class="pictures" id="images-list"></ul>
</div></dialog>`;

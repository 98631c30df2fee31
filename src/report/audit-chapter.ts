/** The findings of an audit, and the accuracy of each run without these images, beside the plain accuracy. */

import { accuracyWithout, countDuplicates, type Score } from '../audit/summary.ts';
import { count, percent, plural } from '../core/format.ts';
import { auditFigures } from '../figures/audit.ts';
import { type Chapter, headedTable } from './chapter.ts';
import { figureCard } from './figure-card.ts';
import { html, type Markup } from './html.ts';
import type { ReportAudit, ReportInput, ReportRun } from './input.ts';
import { range } from './story.ts';

/** The chapter of an audit. */
export function auditChapter(found: ReportAudit, { runs, document, detail }: ReportInput): Chapter {
  const { duplicates, labels } = found.audit;
  const { any } = countDuplicates(duplicates);
  const inTest = labels.suspects.filter(({ split }) => split === 'test').length;
  const cards = auditFigures
    .filter(({ has }) => has?.(found.examples) ?? true)
    .map(({ draw, reading }) =>
      figureCard((width) => draw(found.examples, { document, width, detail }), { reading, narrow: true }),
    );
  const body = html`<p>${plural(any.testInTrain, 'test image')} and ${plural(any.withinTrain, 'training image')} have a
      copy among the training images: exact, near or mirrored.</p>
    <p>${plural(labels.suspects.length, 'label')}, ${count(inTest)} of them of test images, are probably wrong: networks
      that did not train on the image disagree with them.</p>
    <h3>Accuracy with and without these images</h3>
    <p>The first row is the result. The other rows show how much it depends on these images. A network always
      scores higher without suspected labels, because such networks disagree with exactly these labels.</p>
    ${accuracies(found, runs)}
    <div class="figures">${cards}</div>`;
  return { id: 'audit', title: 'Data audit', body };
}

function accuracies({ audit }: ReportAudit, runs: readonly ReportRun[]): Markup {
  const scores = runs.map(({ inspection: { predictions } }) =>
    accuracyWithout(audit, predictions.predicted, predictions.labels),
  );
  const rows = [
    ['all test images', 'all'],
    ['without copies of training images', 'withoutDuplicates'],
    ['without suspected labels', 'withoutSuspects'],
    ['without both', 'withoutBoth'],
  ] as const;
  return headedTable(
    rows.map(([name, key]) => [name, ...scores.map((score) => scoreText(score[key]))]),
    runs.map(({ inspection }) => inspection.run),
  );
}

function scoreText({ accuracy, interval, images }: Score): string {
  return `${percent(accuracy, 2)} (${range(interval)}) of ${count(images)}`;
}

/**
 * The gallery, docs/figures.md: every figure of a real run, with its function and what to read from it.
 *
 *     npm run gallery                      of the two runs that `npm start` makes
 *     npm run gallery -- RUN RUN           of others; the first is shown, both are compared
 *
 * The figures of an audit need one: `couture data audit` comes first.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { splitOf } from '../src/data/split.ts';
import { auditFigures } from '../src/figures/audit.ts';
import type { Figure } from '../src/figures/figure.ts';
import { rateFigures } from '../src/figures/rates.ts';
import { searchFigures } from '../src/figures/search/index.ts';
import {
  comparisonFigures,
  type FigureEntry,
  type FigureSection,
  pairFigures,
  runFigures,
} from '../src/figures/table.ts';
import { augmentationExamples } from '../src/inspect/augmentation.ts';
import type { AugmentationExamples, Inspection } from '../src/inspect/inspection.ts';
import { createNodeBackend } from '../src/platform/node/engine/backend.ts';
import { nodeDocument, writeFigure } from '../src/platform/node/images/figures.ts';
import { nodePlatform } from '../src/platform/node/platform.ts';
import { inspectRun, openFinishedRuns } from '../src/platform/node/runs.ts';
import { findAudit } from '../src/runs/find-audit.ts';
import { loadSplits } from '../src/runs/run-data.ts';
import { summaryOf } from '../src/study/describe.ts';
import { studySchema } from '../src/study/schema.ts';
import { findRate } from '../src/train/find-rate.ts';
import type { TrainSettings } from '../src/train/settings.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs/figures');
/** An SVG with more characters goes in as PNG. */
const LARGEST = 300_000;

/** What is shown of augmentation where the first run has none. */
const changes: Partial<TrainSettings> = {
  ...{ flip: true, shift: 2, rotate: 10, zoom: 0.1, shear: 10, elastic: 1.5, erase: 0.25 },
};

const headings: Readonly<Record<Exclude<FigureSection, 'search'>, string>> = {
  data: 'The data',
  network: 'The network',
  training: 'Training',
  predictions: 'Predictions',
  mistakes: 'Mistakes',
  confidence: 'Confidence',
  inside: 'Inside the network',
};

const [first = 'baseline-seed1', second = 'deeper-seed1'] = process.argv.slice(2);

async function look(run: string): Promise<Inspection> {
  console.log(`inspecting ${run}`);
  return await inspectRun(run);
}

/** What all changes would do to the images of the first run. */
function exampleOfAugmentation(): AugmentationExamples {
  const { model } = finished.run.config;
  const settings = { ...finished.run.config.settings, ...changes };
  const trained = splitOf(settings, splits.train.length).train;
  return augmentationExamples(splits.train, trained, { model, settings });
}

/** Writes a figure and returns its part of the page. */
async function show(
  { source, reading, title }: Pick<FigureEntry<unknown>, 'source' | 'reading' | 'title'>,
  figure: Figure,
  file: string,
  command = `--only ${figure.name}`,
): Promise<string> {
  const format = figure.svg.length > LARGEST ? 'png' : 'svg';
  const name = `${file}.${format}`;
  await writeFigure(join(folder, name), figure, format);
  console.log(`${name}  ${Math.round(figure.svg.length / 1000)} KB as SVG`);
  const alt = figure.alt.replaceAll(/[[\]\\<>`*_]/g, '\\$&');
  return `### ${title}\n\n![${alt}](figures/${name})\n\n${reading}\n\n\`${source}\` · \`${command}\`\n`;
}

const [finished] = await openFinishedRuns([first]);
const splits = await loadSplits(nodePlatform, finished.run.config, finished.run.path, {});
const audit = await findAudit(nodePlatform, finished, splits, {});
if (audit === undefined) throw new Error('There is no audit: run `npx couture data audit` first.');
const { augmentation, ...rest } = await look(first);
const isExample = augmentation.rows.length === 0;
const inspections = [
  { ...rest, augmentation: isExample ? exampleOfAugmentation() : augmentation },
  await look(second),
];
const backend = await createNodeBackend();
const curve = await findRate(finished.run.config, { backend, dataset: splits.train });
await backend.dispose();
const options = { document: nodeDocument() };
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });

const parts = new Map<FigureSection, string[]>();
const add = (section: FigureSection, part: string): void => {
  parts.set(section, [...(parts.get(section) ?? []), part]);
};
for (const entry of runFigures.filter(({ has }) => has?.(inspections[0]) ?? true)) {
  const facts = entry.name === 'augmentation' && isExample ? { facts: 'an example, no run' } : {};
  add(entry.section, await show(entry, entry.draw(inspections[0], { ...options, ...facts }), entry.name));
}
for (const entry of auditFigures)
  add(entry.section, await show(entry, entry.draw(audit.examples, options), entry.name));
for (const entry of rateFigures) {
  const figure = entry.draw(curve, { ...options, facts: first });
  add(entry.section, await show(entry, figure, entry.name, 'couture lr-find'));
}
for (const entry of comparisonFigures)
  add(
    entry.section,
    await show(entry, entry.draw(inspections, options), `compare-${entry.name}`, 'couture report'),
  );
for (const entry of pairFigures) {
  const [one, other] = inspections;
  add(entry.section, await show(entry, entry.draw([one, other], options), entry.name, 'couture report'));
}

/** The study of docs/tune.md, "What a study finds": its study.json, with numbers of six digits. */
const study = studySchema.parse(
  JSON.parse(readFileSync(join(root, 'scripts/tune/fashion-study.json'), 'utf8')),
);
for (const entry of searchFigures) {
  const figure = entry.draw(summaryOf(study), options);
  add(entry.section, await show(entry, figure, entry.name, 'couture report --study NAME'));
}

const page = `# Figures

All figures of Couture, from the runs \`${inspections.map(({ run }) => run).join('` and `')}\`.
\`npm run gallery\` writes this page. Under each figure are its drawing function and the flag with which the command
line draws only this figure.
The figures of a search for settings are on [a page of their own](tune-figures.md).

As files, here of the run \`small\` that the [README](../README.md#on-the-command-line) trains:

\`\`\`sh
npx couture figures small --out figures --format png
\`\`\`

Two figures need no run: augmentation, and the search for a learning rate.

\`\`\`sh
npx couture data augment --flip --shift 2 --rotate 10 --out augmentation.png
npx couture lr-find --hidden 64 --steps 100 --name quick
\`\`\`

In code; a page passes its own \`document\`:

\`\`\`ts
import { writeFile } from 'node:fs/promises';
import { drawConfusion, runFigures } from 'couture/figures';
import { nodeDocument, renderPng } from 'couture/figures/node';
import { inspectRun } from 'couture/node';

const inspection = await inspectRun('small');
const options = { document: nodeDocument(), theme: 'light', width: 640 } as const;

const { svg, alt } = drawConfusion(inspection.evaluation, { ...options, normalized: true });
await writeFile('confusion.svg', svg);
console.log(alt);

for (const { name, draw } of runFigures)
  await writeFile(\`\${name}.png\`, renderPng(draw(inspection, options)));
\`\`\`

A figure is one \`<svg>\` element, usable as a file or inside a page. With the theme \`auto\` it follows the \`color-scheme\`
of the page; \`light\` and \`dark\` write the colors out. A figure is laid out for the given width, from 320 pixels up,
and no text in it is smaller than 11 pixels.

The title of a figure is its finding. To put the figures of several runs side by side, give each its place as \`run\`,
and all runs as the third argument of \`draw\`: the figures then have the colors of their runs, and share their axes,
scales and order.

| color                                | meaning                                                |
| ------------------------------------ | ------------------------------------------------------ |
| blue, orange                         | the first and the second run                           |
| green, red                           | a correct and a wrong prediction                       |
| purple, olive                        | precision and recall                                   |
| black (on dark paper white) tick     | a published result                                     |
| gray, dashed                         | training loss, beside validation loss                  |
| gray                                 | dead units, counts of images, other classes            |
| ten colors                           | the classes, only in the maps                          |
| blue to red-brown                    | signed values: weights and saliency                    |

[theme.ts](../src/figures/theme.ts) has the colors and their sources.

In a notebook, a figure that is the last value of a cell is shown by itself. Deno's Jupyter kernel does this: it calls
the figure's method \`Symbol.for('Jupyter.display')\`, which returns the SVG and its description. To show several
figures from one cell, pass each to \`Deno.jupyter.display\`.

<!-- no-test: a cell of a notebook -->

<!-- no-test: a notebook shows it; test/long/notebook.test.ts executes one -->

\`\`\`js
drawConfusion(inspection.evaluation, options);
\`\`\`

${Object.entries(headings)
  .map(([section, heading]) => `## ${heading}\n\n${(parts.get(section as FigureSection) ?? []).join('\n')}`)
  .join('\n')}`;
writeFileSync(join(root, 'docs/figures.md'), page);
writeFileSync(
  join(root, 'docs/tune-figures.md'),
  `# Figures of a search for settings

The figures of \`couture tune\`, here of [a study of \`baseline\` on Fashion-MNIST](tune.md#what-a-study-finds) with TPE and
ASHA, which took half an hour on two cores. \`npm run gallery\` writes this page.

${(parts.get('search') ?? []).map((part) => part.replace('### ', '## ')).join('\n')}`,
);
console.log('Wrote docs/figures.md and docs/tune-figures.md.');

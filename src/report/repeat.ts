/** How to repeat the runs: the commands, the expected checksums, and the environments. */

import { quoted } from '../core/format.ts';
import { type Chapter, headedTable } from './chapter.ts';
import { html, type Markup } from './html.ts';
import type { ReportRun } from './input.ts';
import { duration } from './story.ts';
import { trainCommand } from './train-command.ts';

/** The last chapter. */
export function repeatChapter(runs: readonly ReportRun[]): Chapter {
  const fast = runs.some(({ config }) => config.settings.fast);
  const onGpu = runs.some(({ config }) => config.backend === 'gpu');
  const promise = onGpu
    ? 'On the CPU, the same version and the same seed give the same bits. A GPU adds in another order, so a network that was trained on a GPU comes out with similar figures but other bits.'
    : fast
      ? 'The same version and the same seed give the same bits on this kind of machine. With --fast, another kind of machine may give other bits.'
      : 'On the CPU and without --fast, the same version and the same seed give the same bits. The weights do not depend on the number of threads or on the processor.';
  const steps =
    runs.length === 1
      ? 'The first command trains the network; the SHA-256 of its best weights must be the one below. The second repeats the run in your own folder and compares the weights.'
      : 'The first command of each pair trains the network; the SHA-256 of its best weights must be the one below. The second repeats the run in your own folder and compares the weights.';
  const body = html`<p>${promise} ${steps}</p>
    ${runs.map(commands)}
    <h3>The runs</h3>
    ${headedTable(facts(runs), runs.length > 1 ? runs.map(({ inspection }) => inspection.run) : [])}
    <h3>The network in code</h3>
    <p>In Node, a run is a classifier that takes pixels or an image file:</p>
    <pre><code>${code(runs[runs.length - 1])}</code></pre>`;
  return { id: 'repeat', title: 'Reproduce it', body };
}

function commands({ config, path }: ReportRun): Markup {
  const train = trainCommand(config) ?? `npx couture train --config ${quoted(`${path}/config.json`)}`;
  return html`<pre><code>${train}\nnpx couture reproduce ${quoted(path)}</code></pre>`;
}

function code({ path }: ReportRun): string {
  return [
    "import { load } from 'couture/node';",
    '',
    `const model = await load(${JSON.stringify(path)});`,
    "console.log(await model.predict('picture.png'));",
  ].join('\n');
}

/** Rows by name with a value for each run, including every name of any environment. */
function facts(runs: readonly ReportRun[]): [name: string, ...values: (string | Markup)[]][] {
  const row = (name: string, of: (run: ReportRun) => string): [string, ...(string | Markup)[]] => [
    name,
    ...runs.map((run) => breakable(of(run))),
  ];
  const names = [...new Set(runs.flatMap(({ environment }) => environment.map(([name]) => name)))];
  return [
    row('folder', ({ path }) => path),
    row('recipe', ({ config }) => config.recipe ?? 'none'),
    row('seed', ({ config }) => String(config.settings.seed)),
    row('epochs', ({ inspection }) => String(inspection.training.history.length)),
    row('training', ({ seconds }) => duration(seconds)),
    row('best weights, SHA-256', ({ weightsSha256 }) => weightsSha256),
    row('last weights, SHA-256', ({ lastSha256 }) => lastSha256),
    ...names.map((name) =>
      row(name, ({ environment }) => environment.find(([own]) => own === name)?.[1] ?? ''),
    ),
  ];
}

/** Checksums may break anywhere; otherwise they would widen the table. */
function breakable(text: string): string | Markup {
  return /^[0-9a-f]{64}$/.test(text) ? html`<code class="sum">${text}</code>` : text;
}

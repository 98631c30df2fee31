/**
 * What the preprocessing of photographs gains: accuracy of the shipped models on composed photographs, on transparent cut-outs and
 * on plain images, before and after. Writes the tables and the picture sheet of docs/photographs.md.
 *
 *     npm run photographs                 validation images: for choices
 *     npm run photographs -- --report     test images, once choices are made; writes the page
 *     npm run photographs -- --count 100  fewer photographs
 */

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { markdownTable } from 'markdown-table';
import { writeTable } from '../src/cli/document.ts';
import { percent } from '../src/cli/ui/format.ts';
import { type Dataset, selectImages } from '../src/data/dataset.ts';
import { splitOf } from '../src/data/split.ts';
import { wilsonInterval } from '../src/inspect/metrics.ts';
import { getDataset } from '../src/platform/node/data/store.ts';
import { writeFileAtomic } from '../src/platform/node/files/write.ts';
import { decodeImage } from '../src/platform/node/images/images.ts';
import { load } from '../src/platform/node/load.ts';
import type { Predictor } from '../src/use/predictor.ts';
import { prepareBefore } from './photographs/before.ts';
import { type Case, cutOuts, photographs, plainImages } from './photographs/cases.ts';
import { drawSheet, type SheetEntry } from './photographs/sheet.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const page = join(root, 'docs/photographs.md');
const models = ['compact', 'best-single'];
const SHEET = 24;
/** Of the photographs of each split: others for choices than for the report. */
const seeds = { validation: 101, test: 202 };

/** Right answers, by model, before and after. */
type Tally = Map<string, { images: number; changed: number; right: Record<string, [number, number]> }>;

/** Asks every model about every picture, prepared in both ways. */
async function measure(
  cases: AsyncIterable<Case>,
  classifiers: ReadonlyMap<string, Predictor>,
  tally: Tally,
  sheet?: SheetEntry[],
): Promise<void> {
  const seen: { readonly label: number; readonly groups: readonly string[] }[] = [];
  const images: Uint8Array[] = [];
  for await (const { encoded, label, groups } of cases) {
    const before = await prepareBefore(encoded);
    const after = (await decodeImage(encoded)).pixels;
    if (sheet !== undefined && sheet.length < SHEET) sheet.push({ encoded, before, after });
    const changed = before.some((value, i) => value !== after[i]) ? 1 : 0;
    for (const group of groups) {
      const counts = tally.get(group) ?? { images: 0, changed: 0, right: {} };
      counts.images += 1;
      counts.changed += changed;
      tally.set(group, counts);
    }
    images.push(before, after);
    seen.push({ label, groups });
    if (seen.length % 100 === 0) console.error(`${seen.length} pictures`);
  }
  for (const [name, classifier] of classifiers) {
    const answers = await classifier.predictMany(images);
    seen.forEach(({ label, groups }, i) => {
      for (const group of groups) {
        const { right } = tally.get(group)!;
        right[name] ??= [0, 0];
        for (const k of [0, 1]) right[name][k] += answers[2 * i + k].index === label ? 1 : 0;
      }
    });
  }
}

function table(tally: Tally): string {
  const names = models.map((name) => `\`${name}\``);
  const heads = names.flatMap((name) => [`${name} before`, `${name} now (95% interval)`]);
  const rows = [['pictures', 'count', ...heads]];
  for (const group of inOrder(tally)) {
    const { images, right } = tally.get(group)!;
    const cells = models.flatMap((name) => {
      const [before, after] = right[name];
      const { low, high } = wilsonInterval(after, images);
      return [
        percent(before / images, 1),
        `**${percent(after / images, 1)}** (${percent(low, 1)} to ${percent(high, 1)})`,
      ];
    });
    rows.push([group, images.toLocaleString('en'), ...cells]);
  }
  return markdownTable(rows, { align: ['', 'r', ...heads.map(() => 'r')] });
}

/** All first, then by polarity, ground, shadow and size, each in the order of the alphabet. */
function inOrder(tally: Tally): string[] {
  const places = [/^all/, /^(dark|light) on/, /^on /, /shadow/, /, /, /./];
  const place = (group: string): number => places.findIndex((pattern) => pattern.test(group));
  return [...tally.keys()].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));
}

async function imagesOf(split: 'validation' | 'test'): Promise<Dataset> {
  if (split === 'test') return await getDataset('fashion-mnist', 'test');
  const train = await getDataset('fashion-mnist', 'train');
  // The images that both models held out.
  return selectImages(train, splitOf({ validation: 1 / 12, seed: 1 }, train.length).validation);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { report: { type: 'boolean' }, count: { type: 'string', default: '400' } },
  });
  const split = values.report ? 'test' : 'validation';
  const count = Number(values.count);
  const images = await imagesOf(split);
  const classifiers = new Map<string, Predictor>();
  for (const name of models) classifiers.set(name, await load(name));
  const tally: Tally = new Map();
  const sheet: SheetEntry[] = [];
  await measure(photographs(images, count, seeds[split]), classifiers, tally, sheet);
  await measure(cutOuts(images, 300), classifiers, tally);
  await measure(plainImages(images, values.report ? images.length : 500), classifiers, tally);
  for (const classifier of classifiers.values()) await classifier.dispose();
  console.log(table(tally));
  const { changed } = tally.get('plain images')!;
  console.log(`\nplain images that the pipelines prepare differently: ${changed}`);
  if (!values.report) return;
  await writeTable({ path: page, block: 'photographs' }, table(tally), { err: console.error });
  await writeFileAtomic(join(root, 'docs/photographs.jpg'), await drawSheet(sheet));
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await main();

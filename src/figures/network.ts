/** A drawing of the network: its layers from the image down to the classes. */

import * as Plot from '@observablehq/plot';
import { count, list, percent, plural } from '../core/format.ts';
import { inputWidth, type ModelSpec, placeLayers } from '../model/spec.ts';
import { summarize } from '../model/summary.ts';
import { chart, TICK } from './chart.ts';
import { type Figure, type FigureOptions, Sheet } from './figure.ts';
import { wrap } from './text.ts';
import { colors } from './theme.ts';

/** A row of units and its text. */
interface Stage {
  readonly name: string;
  readonly units: number;
  /** The operations of the stage, in order. */
  readonly operations: readonly string[];
  readonly parameters: number;
  /** Dropout's probability, or 0. */
  readonly dropout: number;
  /** Number of the stage whose values are added here, at the end of a residual block. */
  readonly adds: number | undefined;
}

interface Unit {
  readonly stage: number;
  readonly x: number;
  readonly y: number;
  readonly dropped: boolean;
}

/** Distance between two rows, and of the first from the top. */
const ROW = 76;
const TOP = 26;
/** Distance between two lines of text. */
const LINE = 16;

function stagesOf(spec: ModelSpec): Stage[] {
  const { layers } = summarize(spec);
  const empty = { units: 0, operations: [], parameters: 0, dropout: 0, adds: undefined };
  const inputs = inputWidth(spec);
  const stages: Stage[] = [{ ...empty, name: 'Input', units: inputs, operations: ['pixel values'] }];
  for (const { layer, linear, adds } of placeLayers(spec)) {
    const stage = stages[linear + 1] ?? { ...empty, name: `fc${linear + 1}` };
    const isDropout = layer.type === 'Dropout';
    const operation = isDropout ? `dropout ${layer.p}` : layer.type;
    stages[linear + 1] = {
      ...stage,
      units: layer.type === 'Linear' ? layer.out : stage.units,
      operations: [...stage.operations, operation, ...(adds === undefined ? [] : [`plus fc${adds + 1}`])],
      dropout: isDropout ? layer.p : stage.dropout,
      adds: adds === undefined ? undefined : adds + 1,
    };
  }
  for (const { linear, parameters } of layers) {
    const stage = stages[linear + 1];
    stages[linear + 1] = { ...stage, parameters: stage.parameters + parameters };
  }
  return stages;
}

/** Number of drawn units of a layer: more for wider layers, by the logarithm. */
function shownUnits(units: number, most: number): number {
  const wanted = units <= 12 ? units : Math.round(1.5 * Math.log2(units));
  return Math.min(units, most, wanted);
}

/** The drawn units of a stage, spread around the middle; a gap in the middle represents the others. */
function place(stage: Stage, index: number, width: number): Unit[] {
  const shown = shownUnits(stage.units, Math.floor(width / 12.5));
  const gap = shown < stage.units ? 1 : 0;
  const step = Math.min(20, width / (shown + gap));
  const half = Math.ceil(shown / 2);
  return Array.from({ length: shown }, (_, i) => {
    const slot = i + (i >= half ? gap : 0) - (shown + gap - 1) / 2;
    // Evenly spread: a unit is dropped when the running sum of probabilities passes a whole number.
    const dropped = Math.floor((i + 1) * stage.dropout) > Math.floor(i * stage.dropout);
    return { stage: index, x: width / 2 + slot * step, y: TOP + index * ROW, dropped };
  });
}

/** What stands beside a stage, in lines no wider than `width`: its name, what is done, its parameters. */
function labelOf({ name, units, operations, parameters }: Stage, width: number): string[] {
  return [
    `${name}: ${plural(units, name === 'Input' ? 'value' : 'unit')}`,
    ...wrap(operations.join(', '), TICK, width),
    parameters > 0 ? plural(parameters, 'parameter') : '',
  ];
}

/** The parameters, and the share of the largest layer. */
function titleOf(stages: readonly Stage[], parameters: number): string {
  const largest = stages.reduce((most, stage) => (stage.parameters > most.parameters ? stage : most));
  const all = plural(parameters, 'parameter');
  return stages.length === 2
    ? `${all} in one layer`
    : `${all}, ${percent(largest.parameters / parameters, 0)} of them in ${largest.name}`;
}

/** Layers with their units, activations, dropout and parameters; every line between units is a weight. */
export function drawNetwork(spec: ModelSpec, options: FigureOptions): Figure {
  const stages = stagesOf(spec);
  const { parameters, weightBytes, macsPerImage } = summarize(spec);
  const sheet = new Sheet(options, {
    name: 'network',
    title: titleOf(stages, parameters),
    facts: `${plural(stages.length - 1, 'layer')}, ${(weightBytes / 1e6).toFixed(2)} MB of float32 weights, ${count(macsPerImage)} multiply-adds per image`,
  });
  const drawn = Math.min(sheet.width - 192, 340);
  const rows = stages.map((stage, i) => place(stage, i, drawn));
  const units = rows.flat();
  const links = rows.slice(1).flatMap((row, i) => row.flatMap((to) => rows[i].map((from) => ({ from, to }))));
  const gaps = rows
    .filter((row, i) => row.length < stages[i].units)
    .map((row) => {
      const half = Math.ceil(row.length / 2);
      return { x: (row[half - 1].x + row[half].x) / 2, y: row[0].y };
    });
  const skips = stages.flatMap(({ adds }, i) => (adds === undefined ? [] : [{ from: adds, to: i }]));
  const labels = stages.map((stage) => labelOf(stage, sheet.width - drawn - 10));
  const text = (line: number) =>
    Plot.text(labels, {
      x: drawn + 10,
      y: (lines: readonly string[], i) => TOP + i * ROW + (line - (lines.length - 1) / 2) * LINE,
      text: (lines: readonly string[]) => lines[line] ?? '',
      textAnchor: 'start',
      fill: line === 0 ? colors.ink : colors.muted,
      fontWeight: line === 0 ? 600 : 400,
    });
  sheet.row([
    chart(options.document, {
      width: sheet.width,
      height: TOP * 2 + (stages.length - 1) * ROW,
      margin: 0,
      x: { type: 'identity', axis: null },
      y: { type: 'identity', axis: null },
      marks: [
        Plot.link(links, {
          x1: (d) => d.from.x,
          y1: (d) => d.from.y,
          x2: (d) => d.to.x,
          y2: (d) => d.to.y,
          stroke: colors.faint,
          strokeWidth: 0.7,
        }),
        Plot.dot(
          units.filter(({ dropped }) => !dropped),
          { x: 'x', y: 'y', r: 5.5, fill: sheet.color, stroke: colors.paper, strokeWidth: 1.2 },
        ),
        Plot.dot(
          units.filter(({ dropped }) => dropped),
          { x: 'x', y: 'y', r: 4.8, fill: colors.paper, stroke: colors.muted, strokeDasharray: '2.2 2' },
        ),
        Plot.arrow(skips, {
          x: drawn + 4,
          y1: ({ from }) => TOP + from * ROW + 6,
          y2: ({ to }) => TOP + to * ROW - 6,
          stroke: colors.muted,
          strokeWidth: 1.2,
          headLength: 6,
        }),
        Plot.text(gaps, { x: 'x', y: 'y', text: () => '…', fill: colors.ink, fontSize: 16, dy: -4 }),
        ...Array.from({ length: Math.max(...labels.map((lines) => lines.length)) }, (_, line) => text(line)),
      ],
    }),
  ]);
  if (skips.length > 0)
    sheet.paragraph('Arrows: skip connections, whose values are added to the output of a residual block.');
  const say = ({ name, units: all, operations, parameters: own }: Stage): string =>
    own === 0
      ? `${count(all)} pixel values`
      : `${name} with ${plural(all, 'unit')} (${operations.join(', ')}; ${plural(own, 'parameter')})`;
  const dropouts = stages.filter(({ dropout }) => dropout > 0);
  if (dropouts.length > 0)
    sheet.paragraph('Dashed units: the share that dropout zeroes in each training step.');
  return sheet.figure(
    `The network, from input to output: ${list(stages.map(say))}. ` +
      `${plural(parameters, 'parameter')} in all.`,
  );
}

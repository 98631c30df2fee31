/** Progress of training: a redrawn bar on a terminal, one line per epoch elsewhere, both on stderr. */

import { plural } from '../../core/format.ts';
import type { EpochMetrics, TrainEvent } from '../../train/events.ts';
import { stuckNotice } from '../../train/stuck.ts';
import type { CliContext } from '../context.ts';
import { clock, count, duration, paint, percent } from './format.ts';
import { bar } from './progress.ts';

/** Consumes training events. */
export interface TrainingProgress {
  event(event: TrainEvent): void;
  /** Restores the terminal. */
  close(): void;
}

const REDRAW_MS = 100;

/**
 * The progress of one run for this context.
 * @param label the name of the run, which is known once its folder exists
 */
export async function createTrainingProgress(
  context: CliContext,
  label: () => string,
): Promise<TrainingProgress> {
  return context.interactive ? await terminalView(context, label) : lineView(context, label);
}

function lineView({ err }: CliContext, label: () => string): TrainingProgress {
  let total = 0;
  let images = 0;
  return {
    event(event) {
      if (event.type === 'start') {
        total = event.epochs;
        images = event.trainImages;
        err(startLine(event, label()));
        for (const notice of event.notices) err(notice);
      } else if (event.type === 'epoch') {
        err(epochLine(event.metrics, total, images, event.isBest));
      } else if (event.type === 'done') {
        if (event.reason === 'patience')
          err(`${label()}: stopped early after ${event.history.length} epochs (patience)`);
        if (event.stuck) err(stuckNotice(event.stuck));
      }
    },
    close() {},
  };
}

async function terminalView({ err, errColor }: CliContext, label: () => string): Promise<TrainingProgress> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(process.stderr);
  let start: Extract<TrainEvent, { type: 'start' }> | undefined;
  let last: EpochMetrics | undefined;
  let drawn = 0;
  const line = (epoch: number, share: number, loss: number, imagesPerSecond: number): string => {
    if (start === undefined) return '';
    const done = epoch - 1 + share;
    const left = ((start.epochs - done) * start.trainImages) / imagesPerSecond;
    const { epochs } = start;
    const drawnBar = paint(errColor, 'cyan', bar(done / start.epochs));
    return `${paint(errColor, 'bold', label())} ${drawnBar} ${percent(done / start.epochs, 0).padStart(4)}\n${liveLine({ epoch, epochs, loss, last, imagesPerSecond, left })}`;
  };
  return {
    event(event) {
      if (event.type === 'start') {
        start = event;
        err(startLine(event, label()));
        for (const notice of event.notices) err(notice);
      } else if (event.type === 'epoch') {
        last = event.metrics;
      } else if (event.type === 'step') {
        const now = performance.now();
        if (now - drawn < REDRAW_MS) return;
        drawn = now;
        draw(line(event.epoch, event.step / event.steps, event.loss, event.imagesPerSecond));
      } else if (event.type === 'done') {
        draw.clear();
        if (start && last && event.reason !== 'interrupted')
          err(epochLine(last, start.epochs, start.trainImages, false));
        if (event.stuck) err(stuckNotice(event.stuck));
      }
    },
    close() {
      draw.clear();
      draw.done();
    },
  };
}

function startLine(event: Extract<TrainEvent, { type: 'start' }>, label: string): string {
  const resumed = event.doneEpochs > 0 ? `, ${event.doneEpochs} of them already done` : '';
  return `${label}: ${plural(event.trainImages, 'training image')}, ${plural(event.validationImages, 'validation image')}; ${plural(event.epochs, 'epoch')} of ${plural(event.stepsPerEpoch, 'step')}${resumed}`;
}

/** Columns of a line of figures: those of the narrowest usual terminal. */
const COLUMNS = 80;

/** The first of several lists of figures that fits, or the last. */
function fitted(lists: readonly (readonly string[])[], reserved = ''): string {
  const lines = lists.map((figures) => figures.join('  '));
  return lines.find((line) => line.length + reserved.length <= COLUMNS) ?? lines[lines.length - 1];
}

/** 85403 as `85k`, below 10,000 as it is. */
function rounded(value: number): string {
  return value < 10_000 ? count(value) : `${count(value / 1000)}k`;
}

/**
 * The figures of an epoch in at most 80 columns, for up to 999 epochs at any speed: without room, words become shorter, and
 * the speed is left out.
 */
export function epochLine(metrics: EpochMetrics, total: number, images: number, isBest: boolean): string {
  const epoch = `epoch ${String(metrics.epoch).padStart(String(total).length)}/${total}`;
  const loss = `loss ${metrics.trainLoss.toFixed(4)}`;
  const validation = metrics.validationLoss.toFixed(4);
  const accuracy = `accuracy ${percent(metrics.validationAccuracy)}`;
  const time = duration(metrics.seconds);
  const speed = images / metrics.seconds;
  const best = '  best';
  // Room for the word in any case: the lines of a run have one form.
  const line = fitted(
    [
      [epoch, loss, `val loss ${validation}`, accuracy, time, `${count(speed)} img/s`],
      [epoch, loss, `val loss ${validation}`, accuracy, time, `${rounded(speed)} img/s`],
      [epoch, loss, `val ${validation}`, accuracy, time, `${rounded(speed)} img/s`],
      [epoch, loss, `val ${validation}`, accuracy, time],
    ],
    best,
  );
  return isBest ? line + best : line;
}

/** What the redrawn line shows. */
export interface LiveFigures {
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Of the last finished epoch, if there is one. */
  readonly last: EpochMetrics | undefined;
  readonly imagesPerSecond: number;
  /** Seconds until the last epoch ends. */
  readonly left: number;
}

/** The figures below the bar, in at most 80 columns. */
export function liveLine({ epoch, epochs, loss, last, imagesPerSecond, left }: LiveFigures): string {
  const start = [`epoch ${epoch}/${epochs}`, `loss ${loss.toFixed(4)}`];
  const validation = last ? [`val ${last.validationLoss.toFixed(4)}`] : [];
  const accuracy = last ? [`accuracy ${percent(last.validationAccuracy)}`] : [];
  const end = `${clock(left)} left`;
  return fitted([
    [...start, ...validation, ...accuracy, `${count(imagesPerSecond)} img/s`, end],
    [...start, ...validation, ...accuracy, `${rounded(imagesPerSecond)} img/s`, end],
    [...start, ...accuracy, `${rounded(imagesPerSecond)} img/s`, end],
  ]);
}

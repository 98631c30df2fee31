/** Progress of training: a redrawn bar on a terminal, one line per epoch elsewhere, both on stderr. */

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
    const figures = [
      `epoch ${epoch}/${start.epochs}`,
      `loss ${loss.toFixed(4)}`,
      ...(last
        ? [`val ${last.validationLoss.toFixed(4)}`, `accuracy ${percent(last.validationAccuracy)}`]
        : []),
      `${count(imagesPerSecond)} img/s`,
      `${clock(left)} left`,
    ];
    const drawnBar = paint(errColor, 'cyan', bar(done / start.epochs));
    return `${paint(errColor, 'bold', label())} ${drawnBar} ${percent(done / start.epochs, 0).padStart(4)}\n${figures.join('  ')}`;
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
  return `${label}: ${count(event.trainImages)} training images, ${count(event.validationImages)} validation images; ${event.epochs} ${event.epochs === 1 ? 'epoch' : 'epochs'} of ${count(event.stepsPerEpoch)} steps${resumed}`;
}

/** At most 80 columns for up to 999 epochs. */
function epochLine(metrics: EpochMetrics, total: number, images: number, isBest: boolean): string {
  const epoch = `${String(metrics.epoch).padStart(String(total).length)}/${total}`;
  return [
    `epoch ${epoch}`,
    `loss ${metrics.trainLoss.toFixed(4)}`,
    `val loss ${metrics.validationLoss.toFixed(4)}`,
    `accuracy ${percent(metrics.validationAccuracy)}`,
    duration(metrics.seconds),
    `${count(images / metrics.seconds)} img/s`,
    ...(isBest ? ['best'] : []),
  ].join('  ');
}

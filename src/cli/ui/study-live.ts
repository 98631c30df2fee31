/** The view of a study that runs: on a terminal a table that is redrawn, elsewhere one line for each trial that ends. */

import { printable } from '../../core/printable.ts';
import { describeValues } from '../../search/settings-space.ts';
import { bestOf, bestSoFar, configOf, hasEnded, type StoredTrial, type Study } from '../../study/study.ts';
import type { CliContext } from '../context.ts';
import { countStates, figuresOf, outcomeOf, sparkline, valueText } from './study.ts';

const REDRAW_MS = 500;
/** Trials that have to end before their pace says how long the others take. */
const FEW = 3;
const MOST_RUNNING = 8;

/** A view of a study. */
export interface StudyView {
  /** @param toDo trials that have not ended, also those that were not asked for yet */
  show(study: Study, toDo: number): void;
  end(): void;
}

interface Frame {
  /** Time left as text; empty if it is not known. */
  readonly left: string;
  readonly toDo: number;
  readonly columns: number;
}

/** The lines of a running study: what has ended, the best trial, and a line for each that runs. None is too wide. */
export function liveLines(study: Study, { left, toDo, columns }: Frame): string[] {
  const { trials, plan } = study;
  const total = trials.filter(hasEnded).length + toDo;
  const rows: string[][] = [
    [printable(plan.name), `${countStates(study) || 'starting'}; ${total} in all${left && `; ${left} left`}`],
  ];
  const best = bestOf(study);
  if (best !== undefined) {
    rows.push([
      'best',
      `trial ${best.number}, ${figuresOf(study, best)}  ${sparkline(bestSoFar(study), 16)}`,
    ]);
    rows.push(['', printable(describeValues(best.values))]);
  }
  const running = trials.filter(({ state }) => state === 'running');
  for (const trial of running.slice(0, MOST_RUNNING))
    rows.push([`trial ${trial.number}`, runningText(study, trial)]);
  if (running.length > MOST_RUNNING) rows.push(['', `and ${running.length - MOST_RUNNING} more`]);
  const widest = Math.min(20, Math.max(...rows.map(([head]) => head.length)));
  return rows.map(([head, text]) => cut(`${cut(head, widest).padEnd(widest)}  ${text}`, columns - 1));
}

function runningText(study: Study, trial: StoredTrial): string {
  const { reports, values } = trial;
  const last = reports.at(-1);
  if (last === undefined) return 'starting';
  const { epochs } = configOf(study.plan, values).settings;
  const curve = sparkline(
    reports.map(({ value }) => value),
    16,
  );
  return `epoch ${last.step} of ${epochs}, ${valueText(study, last.value)}  ${curve}`;
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

/** Milliseconds as `1:05` or `2:03:09`. */
export function clock(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

/** Says how long a study still takes: until its time is over, or by the pace of the trials so far. */
export class Remaining {
  readonly #time: number | undefined;
  readonly #begun: number;
  #before: number | undefined;

  /** @param time milliseconds that the study may take */
  constructor(time: number | undefined, now: number) {
    this.#time = time;
    this.#begun = now;
  }

  /** @param ended trials that were trained to an end, also by an earlier process */
  text({ ended, toDo }: { readonly ended: number; readonly toDo: number }, now: number): string {
    const elapsed = now - this.#begun;
    this.#before ??= ended;
    const here = ended - this.#before;
    const byPace = here < FEW ? undefined : (elapsed / here) * toDo;
    const byTime = this.#time === undefined ? undefined : this.#time - elapsed;
    if (byTime !== undefined && (byPace === undefined || byTime <= byPace)) return clock(byTime);
    return byPace === undefined ? '' : `about ${clock(byPace)}`;
  }
}

/** The view for a context. */
export async function createStudyView(context: CliContext, time: number | undefined): Promise<StudyView> {
  return context.interactive ? await drawn(time) : told(context);
}

async function drawn(time: number | undefined): Promise<StudyView> {
  const { createLogUpdate } = await import('log-update');
  const draw = createLogUpdate(process.stderr);
  const remaining = new Remaining(time, performance.now());
  let last = Number.NEGATIVE_INFINITY;
  return {
    show(study, toDo) {
      const now = performance.now();
      const ended = study.trials.filter(hasEnded).length;
      const left = remaining.text({ ended, toDo }, now);
      if (now - last < REDRAW_MS) return;
      last = now;
      draw(liveLines(study, { left, toDo, columns: process.stderr.columns }).join('\n'));
    },
    end: () => draw.clear(),
  };
}

function told(context: CliContext): StudyView {
  const known = new Set<number>();
  let first = true;
  return {
    show(study) {
      const best = bestOf(study);
      for (const trial of study.trials) {
        if (!hasEnded(trial) || known.has(trial.number)) continue;
        known.add(trial.number);
        // What an earlier process did is not told again.
        if (first) continue;
        const mark = trial.number === best?.number ? ', the best' : '';
        context.err(`trial ${trial.number}: ${trial.state}, ${outcomeOf(study, trial)}${mark}`);
      }
      first = false;
    },
    end() {},
  };
}

/** Time to an accuracy, as Markdown. */

import { commandText, type Timed, type TimedCommand, type TimeTo } from '../parts/time-to.ts';
import { digits, percent, table } from './markdown.ts';

export function timeToSection({ date, machine, couture, commands }: TimeTo): string {
  const goals = commands.map((command) => [
    command.goal === null ? '' : percent(command.goal, 0),
    `\`${commandText(command)}\``,
    seedsText(command),
    `**${digits(meanSeconds(command))}** (${digits(least(command))} to ${digits(most(command))})`,
    percent(meanAccuracy(command)),
    command.goal === null ? '' : meanAccuracy(command) >= command.goal ? 'reached' : '**not reached**',
  ]);
  const runs = commands.flatMap((command) =>
    command.runs.map((run) => [
      `\`${commandText(command)} --seed ${run.seed}\``,
      digits(run.seconds),
      digits(run.training),
      percent(run.testAccuracy),
      `\`${run.weightsSha256}\``,
    ]),
  );
  return [
    '## Time to an accuracy',
    `Whole commands by the clock: from the start of the process to its end, with the images read, every checkpoint written and the test images judged once. ` +
      `Measured by \`npm run bench -- time-to\` on ${date} with couture ${couture}, ${machine}. A goal is reached where the mean test accuracy of the ` +
      'seeds is at or above it. Epochs and settings were chosen on validation images. ' +
      'The stem of `fast-92` and `fast-93` keeps its first weights: it describes an image, and is not learned.',
    table(['test accuracy', 'command', 'seeds', 'seconds, mean (range)', 'mean test accuracy', ''], goals),
    'Every run; the same command comes to the same weights on any machine. `bench/results/time-to.json` has the log of their epochs.',
    table(['run', 'seconds', 'of which training', 'test accuracy', 'SHA-256 of the weights'], runs),
  ].join('\n\n');
}

/** Mean over the seeds of the whole command. */
export function meanSeconds(command: TimedCommand): number {
  return meanOf(command, ({ seconds }) => seconds);
}

export function meanAccuracy(command: TimedCommand): number {
  return meanOf(command, ({ testAccuracy }) => testAccuracy);
}

function meanOf({ runs }: TimedCommand, pick: (run: Timed) => number): number {
  return runs.reduce((sum, run) => sum + pick(run), 0) / runs.length;
}

function least({ runs }: TimedCommand): number {
  return Math.min(...runs.map(({ seconds }) => seconds));
}

function most({ runs }: TimedCommand): number {
  return Math.max(...runs.map(({ seconds }) => seconds));
}

function seedsText({ runs }: TimedCommand): string {
  return runs.length === 1 ? `${runs[0].seed}` : `${runs[0].seed} to ${runs[runs.length - 1].seed}`;
}

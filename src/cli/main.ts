/**
 * The command line: finds the command that is asked for and loads that one alone, so that help stays fast; turns
 * every failure into a sentence, a hint and an exit code.
 */

import { Command, CommanderError } from 'commander';
import { CoutureError, exitCodes, isInterruption } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { type CliContext, processContext } from './context.ts';
import { paint } from './ui/format.ts';

type Register = (program: Command, context: CliContext) => void;

/** Every command, in the order of the help, with what loads it. */
const commands: readonly { name: string; summary: string; load: () => Promise<Register> }[] = [
  {
    name: 'showcase',
    summary: 'train and evaluate both published networks, and predict one image',
    load: async () => (await import('./commands/showcase.ts')).registerShowcase,
  },
  {
    name: 'train',
    summary: 'train a network into a run folder, or resume a run',
    load: async () => (await import('./commands/train.ts')).registerTrain,
  },
  {
    name: 'lr-find',
    summary: 'find a learning rate: one short training in which it rises, and its plot',
    load: async () => (await import('./commands/lr-find.ts')).registerLrFind,
  },
  {
    name: 'evaluate',
    summary: 'accuracy, loss, per-class figures and confusion matrix of a model',
    load: async () => (await import('./commands/evaluate.ts')).registerEvaluate,
  },
  {
    name: 'predict',
    summary: 'classify image files, folders, test images or standard input',
    load: async () => (await import('./commands/predict.ts')).registerPredict,
  },
  {
    name: 'inspect',
    summary: 'where a run is right, wrong and unsure, and which units are dead',
    load: async () => (await import('./commands/inspect.ts')).registerInspect,
  },
  {
    name: 'report',
    summary: 'one HTML file that shows a run, or several side by side',
    load: async () => (await import('./commands/report.ts')).registerReport,
  },
  {
    name: 'figures',
    summary: 'the figures of a run as SVG or PNG files',
    load: async () => (await import('./commands/figures.ts')).registerFigures,
  },
  {
    name: 'compare',
    summary: 'runs side by side: settings, results, and whether they differ by chance',
    load: async () => (await import('./commands/compare.ts')).registerCompare,
  },
  {
    name: 'pack',
    summary: 'runs as one model file, a network or an ensemble, with its model card',
    load: async () => (await import('./commands/pack.ts')).registerPack,
  },
  {
    name: 'card',
    summary: 'the card of a model file: data, training, figures, limits',
    load: async () => (await import('./commands/card.ts')).registerCard,
  },
  {
    name: 'summary',
    summary: 'layers, shapes, parameters, memory and arithmetic of a network',
    load: async () => (await import('./commands/summary.ts')).registerSummary,
  },
  {
    name: 'recipes',
    summary: 'the recipes: what each gives, how long it takes, and its command',
    load: async () => (await import('./commands/recipes.ts')).registerRecipes,
  },
  {
    name: 'seeds',
    summary: 'train recipes over several seeds and tabulate the results',
    load: async () => (await import('./commands/seeds.ts')).registerSeeds,
  },
  {
    name: 'ablate',
    summary: 'train a recipe with each of some changes and tabulate what they gave',
    load: async () => (await import('./commands/ablate.ts')).registerAblate,
  },
  {
    name: 'reproduce',
    summary: 'repeat a run and certify that its weights come out bit for bit',
    load: async () => (await import('./commands/reproduce.ts')).registerReproduce,
  },
  {
    name: 'runs',
    summary: 'list, check and remove runs',
    load: async () => (await import('./commands/runs.ts')).registerRuns,
  },
  {
    name: 'data',
    summary: 'get, check, look at and audit data sets',
    load: async () => (await import('./commands/data.ts')).registerData,
  },
  {
    name: 'checks',
    summary: 'what the engine runs on here, and whether it computes rightly',
    load: async () => (await import('./commands/checks.ts')).registerChecks,
  },
];

const examples = `
Examples:
  couture train --recipe baseline            train the published two-layer network
  couture train --hidden 256,128 --epochs 5  train one of your own
  couture evaluate baseline-seed1            its figures on the test split
  couture predict baseline-seed1 shoe.jpg    what it sees in a picture
  couture <command> --help                   the options of a command, with examples`;

/** Runs the command line `args` and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  survivePipes();
  const context = processContext(interruptSignal());
  const debug = hasFlag(args, '--debug');
  process.on('uncaughtException', (error) => process.exit(report(error, context, debug)));
  try {
    const program = await buildProgram(args, context);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error, context, debug);
  }
}

async function buildProgram(args: readonly string[], context: CliContext): Promise<Command> {
  const program = new Command('couture')
    .description('Build, train, inspect and use fully connected image classifiers.')
    .version(COUTURE_VERSION, '-V, --version', 'print the version')
    .option('--debug', 'show stack traces')
    .helpOption('-h, --help', 'print this help')
    .addHelpText('after', examples)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.out(text),
      writeErr: (text) => context.err(text),
      // Said once, in our own form, by `report`.
      outputError: () => {},
    });
  const words = args.filter((arg) => !arg.startsWith('-'));
  const wanted = words[0] === 'help' ? words[1] : words[0];
  for (const { name, summary, load } of commands) {
    // The others are named only, for the help and for suggestions.
    if (name === wanted) (await load())(program, context);
    else program.command(name).description(summary);
  }
  return program;
}

/** Explains a failure on stderr and returns its exit code. */
function report(error: unknown, { err, errColor, signal }: CliContext, debug: boolean): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  // Help that commander prints because a command is missing.
  if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
  const failure = explain(error, signal);
  const prefix = failure.kind === 'interrupted' ? '' : `${paint(errColor, ['bold', 'red'], 'error:')} `;
  err(prefix + printable(failure.message));
  if (failure.hint !== undefined) err(failure.hint);
  if (debug) err(stackOf(error));
  return exitCodes[failure.kind];
}

function explain(error: unknown, signal: AbortSignal): CoutureError {
  if (error instanceof CoutureError) return error;
  if (error instanceof CommanderError) return fromCommander(error);
  if (isInterruption(error, signal)) return new CoutureError('interrupted', 'Stopped before it was done.');
  const message = error instanceof Error ? error.message : String(error);
  return new CoutureError('runtime', `This should not have happened: ${message}`, {
    hint: 'Please report it, with what --debug prints.',
  });
}

/** Commander's `error: unknown option '--sed'\n(Did you mean --seed?)` as sentence and hint. */
function fromCommander({ message }: CommanderError): CoutureError {
  const [first, suggestion] = message.replace(/^error: /, '').split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.?$/, '.');
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'Add --help to see what can be given.';
  return new CoutureError('usage', sentence, { hint });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

/** Under npm one Ctrl-C arrives twice, from the terminal and from npm: a second one is meant only after this. */
const AGAIN_AFTER_MS = 700;

/** Aborts on the first Ctrl-C or SIGTERM; the second one quits at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - first > AGAIN_AFTER_MS) process.exit(exitCodes.interrupted);
      return;
    }
    first = performance.now();
    controller.abort();
    process.stderr.write('\nStopping; once more to quit at once.\n');
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return controller.signal;
}

/** `couture … | head` ends when head does, without a word. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(0);
      throw error;
    });
  }
}

function hasFlag(args: readonly string[], flag: string): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes(flag);
}

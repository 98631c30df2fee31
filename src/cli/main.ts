/**
 * The command line: finds the requested command and loads only that, so that help stays fast.
 */

import { Command } from 'commander';
import { CoutureError, exitCodes } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { type CliContext, processContext } from './context.ts';
import { report } from './failures.ts';
import { fullHelp, hasFlag } from './help.ts';
import { BROKEN_PIPE, openOutlets } from './outlets.ts';
import { abortOnSignals } from './signals.ts';

type Register = (program: Command, context: CliContext) => void;

/** Every command in the order of the help, with its loader. */
const commands: readonly {
  name: string;
  group: 'Start' | 'Train' | 'Look' | 'Use' | 'Research';
  summary: string;
  load: () => Promise<Register>;
}[] = [
  {
    name: 'showcase',
    group: 'Start',
    summary: 'train and evaluate both published networks, and predict one image',
    load: async () => (await import('./commands/showcase.ts')).registerShowcase,
  },
  {
    name: 'data',
    group: 'Start',
    summary: 'get, import, check, show and audit data sets',
    load: async () => (await import('./commands/data.ts')).registerData,
  },
  {
    name: 'recipes',
    group: 'Start',
    summary: 'the recipes, with their accuracy, time and command',
    load: async () => (await import('./commands/recipes.ts')).registerRecipes,
  },
  {
    name: 'studio',
    group: 'Start',
    summary: 'train, watch and question networks in the browser',
    load: async () => (await import('./commands/studio.ts')).registerStudio,
  },
  {
    name: 'checks',
    group: 'Start',
    summary: 'the engine on this machine, checked against the reference',
    load: async () => (await import('./commands/checks.ts')).registerChecks,
  },
  {
    name: 'train',
    group: 'Train',
    summary: 'train a network into a run folder, or resume a run',
    load: async () => (await import('./commands/train.ts')).registerTrain,
  },
  {
    name: 'runs',
    group: 'Train',
    summary: 'list, check and remove runs',
    load: async () => (await import('./commands/runs.ts')).registerRuns,
  },
  {
    name: 'summary',
    group: 'Train',
    summary: 'layers, shapes, parameters, memory and arithmetic of a network',
    load: async () => (await import('./commands/summary.ts')).registerSummary,
  },
  {
    name: 'lr-find',
    group: 'Train',
    summary: 'find a learning rate: a short training with a rising rate, and a plot',
    load: async () => (await import('./commands/lr-find.ts')).registerLrFind,
  },
  {
    name: 'evaluate',
    group: 'Look',
    summary: 'accuracy, loss, per-class figures and confusion matrix of a model',
    load: async () => (await import('./commands/evaluate.ts')).registerEvaluate,
  },
  {
    name: 'inspect',
    group: 'Look',
    summary: 'classes, confused pairs, calibration and dead units of a run',
    load: async () => (await import('./commands/inspect.ts')).registerInspect,
  },
  {
    name: 'report',
    group: 'Look',
    summary: 'one HTML file about a run, or several runs side by side',
    load: async () => (await import('./commands/report.ts')).registerReport,
  },
  {
    name: 'figures',
    group: 'Look',
    summary: 'the figures of a run as SVG or PNG files',
    load: async () => (await import('./commands/figures.ts')).registerFigures,
  },
  {
    name: 'compare',
    group: 'Look',
    summary: 'runs side by side: settings, results, and significance of the difference',
    load: async () => (await import('./commands/compare.ts')).registerCompare,
  },
  {
    name: 'predict',
    group: 'Use',
    summary: 'classify image files, folders, test images or standard input',
    load: async () => (await import('./commands/predict.ts')).registerPredict,
  },
  {
    name: 'serve',
    group: 'Use',
    summary: 'serve models over HTTP: an API, metrics, and a page to try it',
    load: async () => (await import('./commands/serve.ts')).registerServe,
  },
  {
    name: 'pack',
    group: 'Use',
    summary: 'pack runs into one model file, a network or an ensemble, with its model card',
    load: async () => (await import('./commands/pack.ts')).registerPack,
  },
  {
    name: 'export',
    group: 'Use',
    summary: 'write a model in the format of another program, such as PyTorch',
    load: async () => (await import('./commands/export.ts')).registerExport,
  },
  {
    name: 'import',
    group: 'Use',
    summary: 'make a model file of a network that PyTorch trained',
    load: async () => (await import('./commands/import.ts')).registerImport,
  },
  {
    name: 'models',
    group: 'Use',
    summary: 'list the pretrained models, and get those that the package does not contain',
    load: async () => (await import('./commands/models.ts')).registerModels,
  },
  {
    name: 'card',
    group: 'Use',
    summary: 'show the card of a model file: data, training, figures, limits',
    load: async () => (await import('./commands/card.ts')).registerCard,
  },
  {
    name: 'seeds',
    group: 'Research',
    summary: 'train recipes over several seeds and tabulate the results',
    load: async () => (await import('./commands/seeds.ts')).registerSeeds,
  },
  {
    name: 'ablate',
    group: 'Research',
    summary: 'train a recipe with and without each of some changes, and tabulate the differences',
    load: async () => (await import('./commands/ablate.ts')).registerAblate,
  },
  {
    name: 'tune',
    group: 'Research',
    summary: 'search settings by many trials, on one machine or on many',
    load: async () => (await import('./commands/tune.ts')).registerTune,
  },
  {
    name: 'reproduce',
    group: 'Research',
    summary: 'repeat a run and check that its weights are bit for bit the same',
    load: async () => (await import('./commands/reproduce.ts')).registerReproduce,
  },
];

const examples = `
Examples:
  couture train --recipe baseline            train the published two-layer network
  couture train --hidden 256,128 --epochs 5  train your own
  couture evaluate baseline-seed1            evaluate it on the test split
  couture predict baseline-seed1 shoe.jpg    classify a picture
  couture <command> --help                   the options of a command, with examples`;

/** Runs the command line `args` and sets the exit code of the process. */
export async function main(args: readonly string[]): Promise<void> {
  const controller = new AbortController();
  const outlets = openOutlets(process, (failure) => {
    const exitCode = failure === undefined ? BROKEN_PIPE : report(failure, place);
    // A command that failed keeps its exit code.
    process.exitCode ||= exitCode;
    controller.abort();
  });
  const onHangUp = abortOnSignals(controller, (text) => context.err(text));
  const context = processContext(controller.signal, outlets, onHangUp);
  const place = { ...context, debug: hasFlag(args, '--debug'), isLost: outlets.isLost };
  process.on('uncaughtException', (error) => process.exit(report(error, place)));
  try {
    const program = await buildProgram(args, context);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(fullHelp(args, program), { from: 'user' });
  } catch (error) {
    const exitCode = report(error, place);
    // If the output was lost, success or an interruption gets the exit code of that.
    const isOwn = exitCode !== 0 && exitCode !== exitCodes.interrupted;
    if (isOwn || !outlets.isLost()) process.exitCode = exitCode;
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
  for (const { name, group, summary, load } of commands) {
    program.commandsGroup(`${group}:`);
    // The others are named only, for the help and for suggestions.
    if (name === wanted) (await load())(program, context);
    else program.command(name).description(summary);
  }
  checkCommands(program, args);
  return program;
}

/**
 * That each word stands for a command, as long as commands are expected. Commander answers `help` and `--help` of an unknown one
 * with the help of another.
 * @throws CoutureError of kind `usage` with the nearest right name
 */
function checkCommands(program: Command, args: readonly string[]): void {
  const words = args.filter((arg) => !arg.startsWith('-'));
  // Only `tune` has both options and commands below it; the options of all commands come before the first word.
  const firstOption = args.findIndex((arg, index) => index > args.indexOf(words[0]) && arg.startsWith('-'));
  let wordsBeforeOptions =
    firstOption < 0 ? words.length : args.slice(0, firstOption).filter((arg) => !arg.startsWith('-')).length;
  let { commands: known } = program;
  for (const word of words) {
    if (word === 'help') continue;
    // Options before the next word: it may be the value of one, and commander knows.
    if (known.length === 0 || wordsBeforeOptions <= 0) return;
    wordsBeforeOptions -= 1;
    const found = known.find((command) => command.name() === word);
    if (found === undefined) {
      const near = nearest(
        word,
        known.map((command) => command.name()),
      );
      throw new CoutureError('usage', `Unknown command ${inQuotes(word)}.`, {
        hint: near === undefined ? 'Add --help to see the arguments and options.' : `Did you mean ${near}?`,
      });
    }
    known = found.commands;
  }
}

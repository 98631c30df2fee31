/**
 * The command line: finds the requested command and loads only that, so that help stays fast.
 */

import { Command } from 'commander';
import { CoutureError, exitCodes } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';
import { inQuotes } from '../core/printable.ts';
import { COUTURE_VERSION } from '../core/version.ts';
import { commands } from './commands.ts';
import { type CliContext, processContext } from './context.ts';
import { report } from './failures.ts';
import { fullHelp, hasFlag } from './help.ts';
import { BROKEN_PIPE, openOutlets } from './outlets.ts';
import { abortOnSignals } from './signals.ts';

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
  let program: Command | undefined;
  const place = {
    ...context,
    debug: hasFlag(args, '--debug'),
    isLost: outlets.isLost,
    options: () => (program === undefined ? [] : optionsOf(program)),
  };
  process.on('uncaughtException', (error) => process.exit(report(error, place)));
  try {
    program = await buildProgram(args, context);
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(fullHelp(args, program), { from: 'user' });
  } catch (error) {
    const exitCode = report(error, place);
    // If the output was lost, success or an interruption gets the exit code of that.
    const isOwn = exitCode !== 0 && exitCode !== exitCodes.interrupted;
    if (isOwn || !outlets.isLost()) process.exitCode = exitCode;
  }
}

/** The long options of all loaded commands, without dashes. */
function optionsOf(command: Command): string[] {
  const own = command.options.flatMap(({ long }) => (long == null ? [] : [long.slice(2)]));
  return [...own, ...command.commands.flatMap(optionsOf)];
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

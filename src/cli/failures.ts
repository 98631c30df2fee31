/** Reports failures of a command as a sentence, a hint and an exit code. */

import { CommanderError } from 'commander';
import { CoutureError, exitCodes } from '../core/errors.ts';
import { systemFailure } from '../platform/node/system-failure.ts';
import type { CliContext } from './context.ts';
import { nameHere } from './other-names.ts';
import { paint } from './ui/format.ts';

/** The output for failures. */
interface Place extends Pick<CliContext, 'err' | 'errColor'> {
  readonly debug: boolean;
  /** The options of the command, without dashes; empty before it is known. */
  readonly options?: () => readonly string[];
  /** The output is lost, so an interruption is reported only if it says how to continue. */
  readonly isLost: () => boolean;
}

/** Explains a failure on stderr and returns its exit code. */
export function report(error: unknown, { err, errColor, debug, isLost, options }: Place): number {
  if (error instanceof CommanderError && error.exitCode === 0) return 0;
  // Commander printed help because a command is missing.
  if (error instanceof CommanderError && error.code === 'commander.help') return exitCodes.usage;
  const { kind, message, hint } = explain(error, options?.());
  const isStop = kind === 'interrupted';
  if (!(isStop && hint === undefined && isLost())) {
    err((isStop ? '' : `${paint(errColor, ['bold', 'red'], 'error:')} `) + message);
    if (hint !== undefined) err(hint);
  }
  if (debug) err(stackOf(error));
  return exitCodes[kind];
}

/**
 * Any error as one of ours. What is no expected failure is told as what it is, however late it comes: that somebody pressed Ctrl-C
 * before does not make it an interruption.
 */
export function explain(error: unknown, options: readonly string[] = []): CoutureError {
  if (error instanceof CoutureError) return error;
  if (error instanceof CommanderError) return fromCommander(error, options);
  if (error instanceof Error && error.name === 'AbortError')
    return new CoutureError('interrupted', 'Stopped before the command was done.');
  const failure = systemFailure(error);
  if (failure !== undefined) return failure;
  if (error instanceof RangeError && /allocation failed|Invalid (typed )?array length/i.test(error.message))
    return new CoutureError('runtime', 'Out of memory: this process cannot hold that many values.');
  const message = error instanceof Error ? error.message : String(error);
  return new CoutureError('runtime', `Internal error: ${message}`, {
    hint: 'Please report it, with the output of --debug.',
  });
}

/** Commander's `error: unknown option '--sed'\n(Did you mean --seed?)` as sentence and hint. */
function fromCommander({ message }: CommanderError, options: readonly string[]): CoutureError {
  const [first, suggestion] = message.replace(/^error: /, '').split('\n');
  const sentence = first.charAt(0).toUpperCase() + first.slice(1).replace(/\.?$/, '.');
  const [, unknown = ''] = /unknown option '--?([^'=]+)/.exec(first) ?? [];
  const here = nameHere(unknown, options);
  if (here !== undefined) return new CoutureError('usage', sentence, { hint: `Did you mean --${here}?` });
  const hint = suggestion?.replace(/^\((.*)\)$/, '$1') ?? 'Add --help to see the arguments and options.';
  return new CoutureError('usage', sentence, { hint });
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`;
  return `${error.stack ?? error.message}${cause}`;
}

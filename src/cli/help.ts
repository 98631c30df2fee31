/** Help with every option, and flags that are read before a command is. */

import type { Command } from 'commander';

/** Prints the help with the settings that `--help` leaves out. */
export const HELP_ALL = '--help-all';

/** The arguments with `--help` instead of `--help-all`, which makes every option of `program` visible. */
export function fullHelp(args: readonly string[], program: Command): string[] {
  if (!hasFlag(args, HELP_ALL)) return [...args];
  showAll(program);
  return args.map((arg) => (arg === HELP_ALL ? '--help' : arg));
}

function showAll(command: Command): void {
  for (const option of command.options) option.hidden = option.long === HELP_ALL;
  command.commands.forEach(showAll);
}

/** Whether a flag is among the arguments, before `--`. */
export function hasFlag(args: readonly string[], flag: string): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes(flag);
}

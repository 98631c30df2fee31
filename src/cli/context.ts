/** The context of a command: its outputs, the terminal, and the signal to stop. */

import type { Readable } from 'node:stream';
import { gated, printable } from '../core/printable.ts';
import type { Outlets } from './outlets.ts';
import { fold } from './ui/fold.ts';
import { createProgress, type Progress } from './ui/progress.ts';

/** The argument of every command; commands use nothing else of the process. */
export interface CliContext {
  /**
   * Writes results to stdout. A missing final newline is added. Only line ends, tabs and colors pass as
   * control characters; text from outside goes through `printable` first.
   */
  readonly out: (text: string) => void;
  /** Writes progress and notes to stderr. A missing final newline is added. */
  readonly err: (text: string) => void;
  /** Whether stdout takes colors. */
  readonly color: boolean;
  /** Whether stderr takes colors. */
  readonly errColor: boolean;
  /** Whether stderr is a terminal, on which a line can be redrawn. */
  readonly interactive: boolean;
  /** Columns of stdout. */
  readonly columns: number;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C, SIGTERM and SIGHUP, and when stdout is lost: save the work and stop. */
  readonly signal: AbortSignal;
  /** Takes SIGHUP for something else than stopping, from now on. */
  readonly onHangUp: (listener: () => void) => void;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  /** A progress bar up to `total`. */
  progress(total: number, label: string): Progress;
}

/** The context of this process. */
export function processContext(
  signal: AbortSignal,
  outlets: Outlets,
  onHangUp: CliContext['onHangUp'] = () => {},
): CliContext {
  const { stdout, stderr, stdin, env } = process;
  const { TERM } = env;
  // A terminal of unknown width, as on some build machines, cannot be redrawn either.
  const interactive = stderr.isTTY === true && stderr.columns > 0 && TERM !== 'dumb';
  const [color, errColor] = [takesColor(stdout, env), takesColor(stderr, env)];
  const folded = (text: string, stream: typeof stdout | typeof stderr): string =>
    stream.isTTY && stream.columns > 0 ? fold(text, stream.columns) : text;
  const err = (text: string): void => outlets.err(folded(withNewline(gated(text, errColor)), stderr));
  return {
    out: (text) => outlets.out(folded(withNewline(gated(text, color)), stdout)),
    err,
    color,
    errColor,
    interactive,
    columns: stdout.columns || 80,
    env,
    signal,
    onHangUp,
    stdin,
    progress: (total, label) =>
      createProgress({
        total,
        label: printable(label),
        err,
        redraw: interactive ? outlets.err : undefined,
      }),
  };
}

function withNewline(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** https://no-color.org and https://force-color.org; otherwise a terminal that is not dumb. */
function takesColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = env;
  if (NO_COLOR) return false;
  if (FORCE_COLOR) return FORCE_COLOR !== '0';
  return stream.isTTY === true && TERM !== 'dumb';
}

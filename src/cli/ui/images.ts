/** Images on the terminal. */

import type { TerminalColors } from '../../data/terminal-image.ts';
import type { CliContext } from '../context.ts';

/** How many colors stdout can show. */
export function terminalColors({ color, env: { COLORTERM } }: CliContext): TerminalColors {
  if (!color) return 'ascii';
  return /truecolor|24bit/.test(COLORTERM ?? '') ? 'truecolor' : '256';
}

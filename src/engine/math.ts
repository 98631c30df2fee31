/** The engine's exp and log, for code that computes with its outputs: the same bits everywhere. */

export { expNonPositive, logFromOne } from './reference/math.ts';

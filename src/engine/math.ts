/** The engine's exp and log, for what goes on computing with its outputs: the same bits everywhere. */

export { expNonPositive, logFromOne } from './reference/math.ts';

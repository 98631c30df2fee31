/** What a campaign of scripts/soak.ts is. */

/** @returns how many faults it found */
export type Campaign = (args: readonly string[]) => Promise<number>;

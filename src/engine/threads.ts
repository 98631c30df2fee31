/** Most threads of a pool; a larger number is a typing error. */
export const MAX_THREADS = 256;

/** One thread for each core, within the limit. */
export function threadsForCores(cores: number): number {
  return Math.max(1, Math.min(cores, MAX_THREADS));
}

/** A pool larger than this is a typing error. */
export const MAX_THREADS = 256;

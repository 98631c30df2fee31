/** Whether the compiled kernels of the checkout in this folder are missing or older than their source. */
export function moduleIsStale(root: string): boolean;

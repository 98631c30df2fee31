/** Sends `rate` requests a second over keep-alive connections, and compares each answer with the expected one. */
export declare function paced(options: {
  readonly url: string;
  readonly bodies: readonly Uint8Array[];
  /** The answer to each body. */
  readonly expected: readonly string[];
  readonly connections: number;
  readonly rate: number;
  readonly seconds: number;
}): Promise<{
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly most: number;
  readonly failed: number;
  readonly wrong: number;
}>;

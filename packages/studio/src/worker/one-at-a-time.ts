/** Work that is done once at a time, however often it is asked for. */

/**
 * Gives a function that does the work. Whoever calls it while the work is under way gets the result of one further time,
 * which begins after it: it has seen everything that happened before the call.
 */
export function oneAtATime<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<Result> | undefined;
  let next: Promise<Result> | undefined;
  const begin = (): Promise<Result> => {
    const own = work();
    const end = (): void => {
      if (current === own) current = undefined;
    };
    current = own;
    own.then(end, end);
    return own;
  };
  return () => {
    if (next !== undefined) return next;
    if (current === undefined) return begin();
    const go = (): Promise<Result> => {
      next = undefined;
      return begin();
    };
    next = current.then(go, go);
    return next;
  };
}

/** A value that the worker is asked for again and again, such as what belongs to the picture of a camera. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { problemOf } from '../problem-of.ts';
import type { Problem } from '../state.ts';

/** The newest answer, and what is known about the next one. */
export interface Asked<Value> {
  readonly value: Value | undefined;
  readonly problem: Problem | undefined;
  readonly busy: boolean;
}

/**
 * Asks whenever an input changes. While an answer is awaited, only the newest question is kept; the last answer stays
 * until the next one comes.
 * @param ask asks the question; undefined while there is nothing to ask, which drops the answer
 * @param inputs what the question is made of
 * @param gap milliseconds between two questions
 */
export function useRequest<Value>(
  ask: (() => Promise<Value>) | undefined,
  inputs: readonly unknown[],
  gap = 0,
): Asked<Value> {
  const [asked, setAsked] = useState<Asked<Value>>({ value: undefined, problem: undefined, busy: false });
  const newest = useRef(ask);
  newest.current = ask;
  const flow = useRef({ asking: false, stale: false, gone: false });
  useEffect(() => {
    flow.current.gone = false;
    return () => {
      flow.current.gone = true;
    };
  }, []);
  useEffect(() => {
    const state = flow.current;
    const run = async (): Promise<void> => {
      const { current } = newest;
      state.stale = false;
      if (state.gone) return;
      if (current === undefined) {
        setAsked({ value: undefined, problem: undefined, busy: false });
        return;
      }
      state.asking = true;
      setAsked(({ value }) => ({ value, problem: undefined, busy: true }));
      try {
        const value = await current();
        if (!state.gone) setAsked({ value, problem: undefined, busy: state.stale });
      } catch (error) {
        if (!state.gone) setAsked({ value: undefined, problem: problemOf(error), busy: false });
      }
      if (state.stale && gap > 0) await new Promise((resolve) => setTimeout(resolve, gap));
      state.asking = false;
      if (state.stale) await run();
    };
    if (state.asking) state.stale = true;
    else void run();
  }, inputs);
  return asked;
}

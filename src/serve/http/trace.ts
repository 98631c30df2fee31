/** W3C Trace Context: the headers by which a request is followed through several services. */

import type { IncomingHttpHeaders } from 'node:http';

/** The trace of a request. */
export interface Trace {
  readonly traceparent: string;
  readonly tracestate: string | undefined;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The caller's span, 16 hexadecimal digits. */
  readonly parentId: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;
/** Most characters of a tracestate, as the specification asks services to pass on. */
const MOST_OF_STATE = 512;

/** The trace of a request; undefined if it has none that is valid. */
export function traceOf({ traceparent, tracestate }: IncomingHttpHeaders): Trace | undefined {
  if (typeof traceparent !== 'string' || traceparent.length > 100) return undefined;
  const [, version, traceId, parentId, rest] = TRACEPARENT.exec(traceparent) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(parentId)) return undefined;
  const state = Array.isArray(tracestate) ? tracestate.join(',') : tracestate;
  const passed = state !== undefined && state.length <= MOST_OF_STATE && /^[\x20-\x7e]+$/.test(state);
  return { traceparent, tracestate: passed ? state : undefined, traceId, parentId };
}

/** Files from HTTPS mirrors, in the order of the registry: resumed, limited in size and time, verified. */

import { CoutureError } from '../../../core/errors.ts';
import type { DataFile, Role } from '../../../data/registry.ts';
import { PACKING_SLACK } from './folder.ts';
import { HttpFailure, reasonOf, request, Watchdog } from './http.ts';
import { PartialFile } from './partial-file.ts';
import type { Attempt, FetchLike } from './source.ts';

/** Limits in milliseconds. */
export interface Timeouts {
  /** For all mirrors together to respond. */
  readonly probe: number;
  /** Without a byte. */
  readonly stall: number;
  /** For one file. */
  readonly total: number;
}

const defaults: Timeouts = { probe: 4000, stall: 20_000, total: 15 * 60_000 };

/** Replacement of the network in tests. */
export interface MirrorOptions {
  readonly cache: string;
  readonly fetch?: FetchLike | undefined;
  readonly timeouts?: Partial<Timeouts> | undefined;
}

/** Takes every wanted file from the first mirror that has it complete; problems are noted. */
export async function fromMirrors(attempt: Attempt, options: MirrorOptions): Promise<void> {
  const { cache, fetch = globalThis.fetch } = options;
  const timeouts = { ...defaults, ...options.timeouts };
  const { entry, wanted, tried } = attempt;
  const left = new Set(wanted);
  if (left.size === 0 || entry.mirrors.length === 0) return;
  // All at once: ten unreachable mirrors then cost no more time than one.
  const reasons = await Promise.all(
    entry.mirrors.map((mirror) =>
      probe(fetch, urlOf(mirror, entry.files[wanted[0]]), timeouts.probe, attempt),
    ),
  );
  for (const [i, mirror] of entry.mirrors.entries()) {
    if (left.size === 0) break;
    if (reasons[i] !== null) {
      tried(mirror, reasons[i]);
      continue;
    }
    for (const role of left) {
      try {
        await downloadFile({ fetch, cache, timeouts, attempt, role }, urlOf(mirror, entry.files[role]));
        left.delete(role);
      } catch (error) {
        stopIfInterrupted(attempt);
        if (error instanceof CoutureError && error.kind !== 'data') throw error;
        tried(mirror, error instanceof CoutureError ? error.message : `${role}: ${reasonOf(error)}`);
      }
    }
  }
}

function urlOf(mirror: string, file: DataFile): string {
  return new URL(`${file.names[0]}.gz`, mirror).href;
}

function stopIfInterrupted({ signal }: Attempt): void {
  if (signal?.aborted) throw new CoutureError('interrupted', 'The download was interrupted.');
}

/** Null when the mirror answers at all, else why not. Whether it has the file shows when it is asked for it. */
async function probe(fetch: FetchLike, url: string, ms: number, attempt: Attempt): Promise<string | null> {
  attempt.emit('probe', url);
  const watchdog = new Watchdog(attempt.signal);
  watchdog.feed(ms, `no answer within ${ms / 1000} s`);
  try {
    const response = await request(fetch, 'HEAD', url, {}, watchdog.signal);
    await response.body?.cancel();
    return null;
  } catch (error) {
    stopIfInterrupted(attempt);
    return reasonOf(error);
  } finally {
    watchdog.abort();
  }
}

interface Download {
  readonly fetch: FetchLike;
  readonly cache: string;
  readonly timeouts: Timeouts;
  readonly attempt: Attempt;
  readonly role: Role;
}

/** One file into the hands of `accept`; what an earlier attempt left is resumed, and thrown away if it was bad. */
async function downloadFile(download: Download, url: string): Promise<void> {
  const part = await PartialFile.claim(download.cache, url);
  try {
    const before = await part.read();
    let raw = await receive(download, url, part, before);
    try {
      await download.attempt.accept(download.role, raw, url, true);
    } catch (error) {
      if (before.length === 0) throw error;
      // The part may have been of another version, or damaged: once more, whole.
      await part.clear();
      raw = await receive(download, url, part, new Uint8Array(0));
      await download.attempt.accept(download.role, raw, url, true);
    }
    await part.drop();
  } catch (error) {
    // A file that came whole and is wrong is of no use; one that broke off is.
    if (error instanceof CoutureError && error.kind === 'data') await part.drop();
    else await part.release();
    throw error;
  }
}

/** Receives a file, or the rest of it after `before`; returns the whole. */
async function receive(
  download: Download,
  url: string,
  part: PartialFile,
  before: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const { fetch, timeouts, attempt, role } = download;
  const limit = attempt.entry.files[role].bytes + PACKING_SLACK;
  const ends = Date.now() + timeouts.total;
  const watchdog = new Watchdog(attempt.signal);
  const feed = () => {
    const left = ends - Date.now();
    if (left < timeouts.stall)
      watchdog.feed(Math.max(0, left), `not finished within ${timeouts.total / 1000} s`);
    else watchdog.feed(timeouts.stall, `no data for ${timeouts.stall / 1000} s`);
  };
  try {
    feed();
    const headers: Record<string, string> = before.length > 0 ? { range: `bytes=${before.length}-` } : {};
    let response = await request(fetch, 'GET', url, headers, watchdog.signal);
    let kept = before;
    if (before.length > 0 && !resumes(response, before.length)) {
      // A server without ranges answers 200 with the whole; one whose file is not longer answers 416.
      await part.clear();
      kept = new Uint8Array(0);
      if (response.status !== 200) {
        await response.body?.cancel();
        response = await request(fetch, 'GET', url, {}, watchdog.signal);
      }
    }
    if (!response.ok || response.body === null)
      throw new HttpFailure(`the server answered ${response.status}`);
    const total = totalOf(response, kept.length);
    const chunks: Uint8Array[] = [kept];
    let length = kept.length;
    attempt.emit('download', url, length, total);
    for await (const chunk of response.body) {
      feed();
      length += chunk.length;
      if (length > limit) {
        throw new CoutureError('data', `${url}: more than the expected ${limit} bytes.`);
      }
      chunks.push(chunk);
      await part.append(chunk);
      attempt.emit('download', url, length, total);
    }
    if (total > 0 && length !== total) throw new HttpFailure(`it ended after ${length} of ${total} bytes`);
    return new Uint8Array(Buffer.concat(chunks, length));
  } catch (error) {
    // Aborting surfaces as whatever the body's stream makes of it; the reason given is the clear one.
    if (watchdog.signal.aborted && !(error instanceof CoutureError)) throw watchdog.signal.reason;
    throw error;
  } finally {
    watchdog.abort();
  }
}

function resumes(response: Response, from: number): boolean {
  return (
    response.status === 206 && new RegExp(`^bytes ${from}-`).test(response.headers.get('content-range') ?? '')
  );
}

/** Length of the whole file in bytes, 0 when the server does not say. */
function totalOf(response: Response, kept: number): number {
  const length = Number(response.headers.get('content-length') ?? 0);
  return response.headers.has('content-encoding') || !Number.isFinite(length) || length <= 0
    ? 0
    : kept + length;
}

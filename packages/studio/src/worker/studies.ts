/** The studies of the machine that serves the page: the list, and study.json of one. Every file is checked. */

import { CoutureError } from '@couture/core';
import { decodeStudy, glanceAtStudy, type Study } from 'couture/study';
import type { StoredStudy } from '../protocol-studies.ts';
import { askHost, askList } from './host.ts';
import { inLanes } from './lanes.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Most bytes of study.json, as the command line reads it. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Most points of the best so far in the list. */
const MOST_POINTS = 80;
/** Milliseconds before a study is read again, for each byte: a megabyte takes a good part of a second, and rests for five. */
const REST = 0.005;

/** A study as the host lists it. */
interface ServedStudy {
  readonly name: string;
  readonly holder: string | null;
  readonly bytes: number;
  readonly modified: number;
}

/** What was read of a study, and until when it is good enough. */
interface Seen {
  readonly stamp: string;
  readonly until: number;
  readonly read: Pick<StoredStudy, 'glance' | 'problem' | 'modified'>;
}

let listed: ReadonlyMap<string, ServedStudy> = new Map();
let seen: ReadonlyMap<string, Seen> = new Map();
let answered = '';

/** The studies, newest first, and those that cannot be read last. Where the host does not answer, they are those of the last time. */
const findStudies = oneAtATime(async (): Promise<StoredStudy[]> => {
  const list = await askList('studies').catch(() => undefined);
  // What is not a study is left out.
  if (list !== undefined) listed = new Map(list.filter(isServedStudy).map((study) => [study.name, study]));
  const all = await inLanes([...listed.values()], async (study) => [study, await look(study)] as const, 4);
  seen = new Map(all.map(([{ name }, one]) => [name, one]));
  return all
    .map(([{ name, holder }, { read }]) => ({ name, holder, ...read }))
    .sort(
      (a, b) => Number(a.glance === undefined) - Number(b.glance === undefined) || b.modified - a.modified,
    );
});

/** The studies; null where nothing has changed since the last answer. */
export async function listStudies(onlyIfChanged: boolean): Promise<readonly StoredStudy[] | null> {
  const studies = await findStudies();
  const text = JSON.stringify(studies);
  if (onlyIfChanged && text === answered) return null;
  answered = text;
  return studies;
}

async function look({ name, bytes, modified }: ServedStudy): Promise<Seen> {
  const stamp = `${bytes} ${modified}`;
  const known = seen.get(name);
  if (known !== undefined && (known.stamp === stamp || performance.now() < known.until)) return known;
  const read = await readGlance(name);
  const isUnsure = read.problem !== undefined;
  // A file that could not be read is read again at the next look: the host may not have answered.
  return {
    stamp: isUnsure ? '' : stamp,
    until: performance.now() + REST * bytes,
    read: { ...read, modified },
  };
}

async function readGlance(name: string): Promise<Pick<StoredStudy, 'glance' | 'problem'>> {
  try {
    const glance = glanceAtStudy(await readStudy(name));
    return { glance: { ...glance, bestSoFar: thinned(glance.bestSoFar) }, problem: undefined };
  } catch (error) {
    if (!(error instanceof CoutureError)) throw error;
    const { message, hint } = error;
    return { glance: undefined, problem: { message, hint } };
  }
}

/**
 * The state of a study.
 * @throws CoutureError of kind `data` when it is missing, cannot be read, or is that of another study
 */
export async function readStudy(name: string): Promise<Study> {
  const where = `runs/tune/${name}/study.json`;
  const bytes = await askHost(`studies/${encodeURIComponent(name)}/study.json`, MOST_BYTES, where);
  if (bytes === undefined)
    throw new CoutureError('data', `There is no ${where}.`, { hint: 'The study may have been deleted.' });
  const study = await decodeStudy(bytes, where);
  if (study.plan.name === name) return study;
  throw new CoutureError('data', `${where} has the study ${study.plan.name}, not ${name}.`, {
    hint: `Rename the folder to ${study.plan.name}.`,
  });
}

/** Few enough values for a small picture; the last one stays the last. */
function thinned(values: readonly number[]): number[] {
  if (values.length <= MOST_POINTS) return [...values];
  const step = (values.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, i) => values[Math.round(i * step)]);
}

function isServedStudy(value: unknown): value is ServedStudy {
  const { name, holder, bytes, modified } = (value ?? {}) as Record<keyof ServedStudy, unknown>;
  return (
    typeof name === 'string' &&
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(name) &&
    (holder === null || typeof holder === 'string') &&
    Number.isSafeInteger(bytes) &&
    Number.isSafeInteger(modified)
  );
}

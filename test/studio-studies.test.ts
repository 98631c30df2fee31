/** The list of studies in the Studio's worker: what is read, what is told, and when a host is away. It needs no browser. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { formatSealed } from '../src/runs/json.ts';
import { studyOf, trialOf } from './study-fixture.ts';
import './studio-sources.ts';

const { serves, setBase } = await import('../packages/studio/src/worker/host.ts');
const { listStudies } = await import('../packages/studio/src/worker/studies.ts');

/** What the host has, by address below the page; what it was asked for. */
const files = new Map<string, string>();
let asked: string[] = [];
let isAway = false;
const { fetch: real } = globalThis;
globalThis.fetch = async (address) => {
  const path = String(address).replace('http://page/', '');
  asked.push(path);
  if (isAway) throw new TypeError('fetch failed');
  const text = files.get(path);
  return new Response(text ?? 'none', { status: text === undefined ? 404 : 200 });
};
after(() => {
  globalThis.fetch = real;
});

let now = 1;
const listed = new Map<string, { holder: string | null; bytes: number; modified: number }>();

/** Puts a study on the host; it is a later state of the one before. */
function put(name: string, text: string, { holder = null, bytes = text.length } = {}): void {
  listed.set(name, { holder, bytes, modified: now++ });
  files.set(`studies/${name}/study.json`, text);
  const studies = [...listed].map(([each, more]) => ({ name: each, ...more }));
  const strange = [{ name: '../outside', holder: null, bytes: 1, modified: 1 }, 'text', null];
  files.set('studies.json', JSON.stringify({ version: 1, studies: [...studies, ...strange] }));
}

const sealed = async (name: string, trials: number) =>
  await formatSealed(
    studyOf(
      Array.from({ length: trials }, (_, i) => trialOf(i, 'complete')),
      { name },
    ),
  );
const told = async (onlyIfChanged = false) =>
  (await listStudies(onlyIfChanged))?.map(({ name, glance, problem }) => [
    name,
    glance?.states.complete ?? problem?.message,
  ]);

test('studies: each is read once for a state, a damaged one is told beside the others, a host may be away', async () => {
  assert.equal(await serves('studies'), false, 'before the page has said where it is');
  setBase('http://page/data/');
  files.set('served.json', '{"runs":true,"studies":true}');
  assert.equal(await serves('studies'), true);
  put('deep', await sealed('deep', 1));
  put('damaged', '{"version": 1');
  put('wide', await sealed('wide', 2));
  const [wide, deep, damaged] = (await told()) ?? [];
  assert.deepEqual(
    [wide, deep],
    [
      ['wide', 2],
      ['deep', 1],
    ],
  );
  assert.match(String(damaged), /^damaged,runs\/tune\/damaged\/study\.json, line 1/);
  assert.ok(!asked.some((path) => path.includes('outside')));

  asked = [];
  assert.equal(await told(true), undefined, 'nothing has changed');
  assert.deepEqual(asked, ['studies.json', 'studies/damaged/study.json']);

  put('damaged', await sealed('damaged', 3));
  assert.deepEqual(await told(true), [
    ['damaged', 3],
    ['wide', 2],
    ['deep', 1],
  ]);

  isAway = true;
  assert.equal(await told(true), undefined, 'the list of the last time stays');
  isAway = false;

  // A study of a gigabyte, as its host says, rests after it was read.
  put('wide', await sealed('wide', 4), { bytes: 1e9 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual((await told())?.[0], ['wide', 4]);
  put('wide', await sealed('wide', 5), { bytes: 1e9 });
  assert.deepEqual((await told())?.[0], ['wide', 4]);
});

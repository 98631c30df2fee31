/** The reporter, on real files: what it fails to count would fail nobody. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { collect, formatResult, formatTally, type Result, sum, type TestEvent } from './reporter.ts';

/** What node:test reports of one file, recorded in the order in which it comes. */
async function* events(...list: [string, TestEvent['data']][]): AsyncGenerator<TestEvent> {
  for (const [type, data] of list) yield { type, data };
}

const failed = (failureType: string) => Object.assign(new Error('wrapped'), { failureType });

describe('collect', () => {
  test('counts tests, not the suites around them', async () => {
    const { passed, failed: failures } = await collect(
      'a',
      '/a',
      events(
        ['test:pass', { name: 'one', nesting: 1, details: { type: 'test' } }],
        ['test:pass', { name: 'suite', nesting: 0, details: { type: 'suite' } }],
      ),
    );
    assert.deepEqual([passed, failures], [1, 0]);
  });

  test('reports a failure once, with its path and cause', async () => {
    const cause = Object.assign(failed('testCodeFailure'), { cause: 'it broke' });
    const result = await collect(
      'a',
      '/a',
      events(
        ['test:start', { name: 'suite', nesting: 0 }],
        ['test:start', { name: 'inner', nesting: 1 }],
        ['test:fail', { name: 'inner', nesting: 1, details: { type: 'test', error: cause } }],
        [
          'test:fail',
          { name: 'suite', nesting: 0, details: { type: 'suite', error: failed('subtestsFailed') } },
        ],
        ['test:fail', { name: '/a', nesting: 0, details: { type: 'test', error: failed('subtestsFailed') } }],
      ),
    );
    assert.deepEqual(result.failures, [{ title: 'suite › inner', detail: 'it broke' }]);
  });

  test('a hook that fails fails its suite', async () => {
    const error = failed('hookFailed');
    const result = await collect(
      'a',
      '/a',
      events(['test:fail', { name: 's', nesting: 0, details: { type: 'suite', error } }]),
    );
    assert.equal(result.failed, 1);
  });

  test('skipped and todo are neither passed nor failed', async () => {
    const result = await collect(
      'a',
      '/a',
      events(
        ['test:pass', { name: 'one', nesting: 0, skip: '', details: { type: 'test' } }],
        [
          'test:fail',
          { name: 'two', nesting: 0, todo: 'later', details: { error: failed('testCodeFailure') } },
        ],
        ['test:pass', { name: 'three', nesting: 0, skip: false, details: { type: 'test' } }],
      ),
    );
    assert.deepEqual([result.passed, result.failed, result.skipped], [1, 0, 2]);
  });

  test('a file that reports nothing has failed', async () => {
    assert.equal((await collect('a', '/a', events())).failed, 1);
  });
});

/** node:test does not run files from within a test: so in a process that is none. */
function runApart(file: string): Result {
  const script = `
    import { run } from 'node:test';
    import { collect } from ${JSON.stringify(new URL('reporter.ts', import.meta.url).href)};
    const file = ${JSON.stringify(file)};
    const events = run({ files: [file], signal: AbortSignal.timeout(2000) });
    console.log(JSON.stringify(await collect('sample', file, events)));
  `;
  // In a file: node:test hands the flags of its process on to its children, and -e with them.
  const main = `${file}.run.mjs`;
  writeFileSync(main, script);
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout, stderr } = spawnSync(process.execPath, [main], { env, encoding: 'utf8' });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
}

describe('collect, on files that node:test runs', () => {
  const folder = mkdtempSync(join(tmpdir(), 'couture-reporter-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  const cases: readonly [string, string, number, number][] = [
    ['passes', "import { test } from 'node:test'; test('a', () => {});", 1, 0],
    ['is empty', 'export const a = 1;', 0, 1],
    ['crashes', "throw new Error('on load');", 0, 1],
    ['ends the process', "import { test } from 'node:test'; test('a', () => process.exit(0));", 0, 1],
    ['hangs', "import { test } from 'node:test'; test('a', () => {}); setInterval(() => {}, 1000);", 1, 1],
  ];
  for (const [title, code, passed, failures] of cases) {
    test(`a file that ${title}`, () => {
      const file = join(folder, `${title.replaceAll(' ', '-')}.mjs`);
      writeFileSync(file, code);
      const outcome = runApart(file);
      assert.deepEqual([outcome.passed, outcome.failed], [passed, failures], formatResult(outcome));
    });
  }
});

test('the last line names skipped tests only where there are any', () => {
  const tally = sum([
    { passed: 2, failed: 0, skipped: 0 },
    { passed: 3, failed: 1, skipped: 0 },
  ]);
  assert.equal(formatTally(tally), '5 passed, 1 failed');
  assert.equal(formatTally({ ...tally, skipped: 4 }), '5 passed, 1 failed, 4 skipped');
});

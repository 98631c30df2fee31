/**
 * What a test run looks like: one line per file with its count and seconds, failures in full, and one last
 * line for people and machines alike: `N passed, N failed`, with `, N skipped` where there are any.
 */

import { inspect } from 'node:util';

/** Counts of one check or of many. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One thing that failed, and everything that is known of it. */
export interface Failure {
  /** Where it stands: names of suites and test from outside in. */
  readonly title: string;
  readonly detail: string;
}

/** One file of tests, or one check such as the linter. */
export interface Result extends Tally {
  /** A path or a name. */
  readonly title: string;
  readonly seconds: number;
  readonly failures: readonly Failure[];
  /** What it wrote while it ran; shown only where it failed. */
  readonly output: string;
}

/** The part of an event of node:test that is read here. */
export interface TestEvent {
  readonly type: string;
  readonly data: {
    readonly name?: string;
    readonly nesting?: number;
    readonly message?: string;
    readonly skip?: string | boolean | undefined;
    readonly todo?: string | boolean | undefined;
    readonly details?: {
      readonly type?: string | undefined;
      readonly error?: (Error & { failureType?: string; cause?: unknown }) | undefined;
    };
  };
}

/**
 * Sums up the events of one file run by node:test in a process of its own. The runner reports the file itself
 * as a test where it crashed, or where it holds none; the second counts as a failure, since it checks nothing.
 */
export async function collect(
  title: string,
  path: string,
  events: AsyncIterable<TestEvent>,
): Promise<Result> {
  const started = performance.now();
  const failures: Failure[] = [];
  const outer: string[] = [];
  let passed = 0;
  let skipped = 0;
  let output = '';
  for await (const { type, data } of events) {
    if (type === 'test:stdout' || type === 'test:stderr') output += data.message ?? '';
    if (type === 'test:start') outer[data.nesting ?? 0] = data.name ?? '';
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const names = [...outer.slice(0, data.nesting), data.name].join(' › ');
    const error = data.details?.error;
    if (data.name === path) {
      if (type === 'test:pass') failures.push({ title: 'no tests', detail: 'The file holds no test.' });
      else if (error?.failureType !== 'subtestsFailed')
        failures.push({ title: 'the file itself', detail: describe(error) });
    } else if (type === 'test:fail' && isSkipped(data.todo)) skipped += 1;
    // A suite or a test around others fails with them: they are reported already.
    else if (type === 'test:fail' && error?.failureType === 'subtestsFailed') continue;
    else if (type === 'test:fail') failures.push({ title: names, detail: describe(error) });
    else if (isSkipped(data.skip) || isSkipped(data.todo)) skipped += 1;
    else if (data.details?.type !== 'suite') passed += 1;
  }
  if (passed + skipped + failures.length === 0)
    failures.push({ title: 'no result', detail: 'The file ended without reporting anything.' });
  const seconds = (performance.now() - started) / 1000;
  return { title, passed, failed: failures.length, skipped, failures, seconds, output };
}

/** node:test says `skip: true` or a reason, which may be empty; absent means no. */
function isSkipped(mark: string | boolean | undefined): boolean {
  return mark !== undefined && mark !== false;
}

function describe(error: (Error & { cause?: unknown }) | undefined): string {
  if (error === undefined) return 'It failed without saying why.';
  const cause = error.cause ?? error;
  const text = typeof cause === 'string' ? cause : inspect(cause, { depth: 4 });
  // The runner's own frames say nothing; a brace that follows the last of them opens the error's properties.
  return text
    .replaceAll(/^ +at .*node:internal.*?( \{)?\n?$/gm, '$1')
    .replaceAll(/^\n/gm, '')
    .trimEnd();
}

/** The line of one file or check, and below it whatever failed. */
export function formatResult(result: Result): string {
  const { title, passed, failed, skipped, seconds, failures, output } = result;
  const mark = failed > 0 ? '✗' : '✓';
  const counts = [`${passed} passed`];
  if (failed > 0) counts.push(`${failed} failed`);
  if (skipped > 0) counts.push(`${skipped} skipped`);
  const lines = [`${mark} ${title.padEnd(52)} ${counts.join(', ').padEnd(22)} ${seconds.toFixed(1)} s`];
  for (const failure of failures) lines.push('', `  ✗ ${failure.title}`, indent(failure.detail), '');
  if (failed > 0 && output.trim() !== '') lines.push('  What it wrote:', indent(output.trimEnd()), '');
  return lines.join('\n');
}

function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '    ');
}

export function sum(results: readonly Tally[]): Tally {
  const add = (pick: (tally: Tally) => number) => results.reduce((total, tally) => total + pick(tally), 0);
  return {
    passed: add((tally) => tally.passed),
    failed: add((tally) => tally.failed),
    skipped: add((tally) => tally.skipped),
  };
}

/** The last line of a run. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

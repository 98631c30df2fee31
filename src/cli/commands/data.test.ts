import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { Command } from 'commander';
import { registry } from '../../data/registry.ts';
import type { CliContext } from '../context.ts';
import { registerData } from './data.ts';

const empty = await mkdtemp(join(tmpdir(), 'couture-cli-data-'));
after(() => rm(empty, { recursive: true, force: true }));

async function couture(...args: string[]): Promise<{ out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  const context: CliContext = {
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    color: false,
    errColor: false,
    interactive: false,
    columns: 80,
    stdin: process.stdin,
    env: { COUTURE_CACHE: empty },
    signal: new AbortController().signal,
    progress: () => ({ update: () => undefined, done: () => undefined }),
  };
  const program = new Command('couture').exitOverride();
  registerData(program, context);
  try {
    await program.parseAsync(['data', ...args], { from: 'user' });
  } catch (error) {
    Object.assign(error as Error, { out: out.join('\n') });
    throw error;
  }
  return { out: out.join('\n'), err: err.join('\n') };
}

describe('couture data', () => {
  it('info lists every set, and one in full', async () => {
    const { out } = await couture('info');
    for (const { name } of registry) assert.ok(out.includes(name));
    const document = JSON.parse((await couture('info', 'kmnist', '--json')).out);
    assert.deepEqual([document.couture, document.command, document.name], [1, 'data info', 'kmnist']);
    assert.equal(document.present.length, 4);
    assert.match((await couture('info', 'emnist-letters')).out, /never checked against a file/);
  });

  it('check tells what is missing and fails as data', async () => {
    await assert.rejects(couture('check'), (error: Error & { kind?: string; out?: string }) => {
      assert.equal(error.kind, 'data');
      assert.match(error.out ?? '', /train-images\s+missing/);
      return true;
    });
  });

  it('refuses what it cannot take before any work', async () => {
    await assert.rejects(couture('get', 'minst'), { kind: 'usage' });
    await assert.rejects(couture('show', '--count', 'many'), { kind: 'usage', message: /--count/ });
    await assert.rejects(couture('show', '--split', 'tset'), { kind: 'usage', hint: 'Did you mean test?' });
    await assert.rejects(couture('show', '--index', 'one'), { kind: 'usage', message: /--index/ });
    await assert.rejects(couture('get', 'emnist-digits', '--from', join(empty, 'no')), { kind: 'data' });
  });
});

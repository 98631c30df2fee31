/** The manifest and the unit for workers in docs/tune-workers.md: they parse, and their command lines are valid. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { parse } from 'yaml';
import * as z from 'zod';
import { registerTune } from '../../src/cli/commands/tune.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { root } from './pages.ts';

const page = readFileSync(join(root, 'docs/tune-workers.md'), 'utf8');
const blockOf = (language: string): string => {
  const [, text] = new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(page) ?? [];
  assert.ok(text, `docs/tune-workers.md has no ${language}`);
  return text;
};

/** Parses a command line as the command itself does, and returns the study and the flags of the worker. */
async function workerOf(words: readonly string[]): Promise<unknown[]> {
  const [bin, ...args] = words;
  assert.match(bin, /node_modules\/\.bin\/couture$/);
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  registerTune(program, {} as CliContext);
  const worker = program.commands[0].commands.find((command) => command.name() === 'worker');
  let seen: unknown[] = [];
  worker?.action((name: unknown, flags: unknown) => {
    seen = [name, flags];
  });
  await program.parseAsync(args, { from: 'user' });
  return seen;
}

test('the Kubernetes manifest is YAML, and its pods run a worker with room for its trials', async () => {
  const container = z.object({
    command: z.array(z.string()),
    envFrom: z.array(z.object({ secretRef: z.object({ name: z.string() }) })).min(1),
    resources: z.object({ limits: z.object({ cpu: z.string(), memory: z.string() }) }),
  });
  const pod = z.object({
    restartPolicy: z.enum(['OnFailure', 'Never']),
    terminationGracePeriodSeconds: z.int().min(30),
    containers: z.tuple([container]),
  });
  const job = z.object({
    apiVersion: z.literal('batch/v1'),
    kind: z.literal('Job'),
    metadata: z.object({ name: z.string() }),
    spec: z.object({ parallelism: z.int(), template: z.object({ spec: pod }) }),
  });
  const { spec } = job.parse(parse(blockOf('yaml')));
  const [{ command, resources }] = spec.template.spec.containers;
  const [study, flags] = await workerOf(command);
  assert.equal(study, 'wide');
  assert.deepEqual(flags, { parallel: Number(resources.limits.cpu) });
});

test('the systemd unit starts a worker again after a failure, for ever, and not after the end', async () => {
  const settings = new Map<string, string>();
  let section = '';
  for (const line of blockOf('ini').split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const head = /^\[(Unit|Service|Install)\]$/.exec(line);
    const setting = /^(\w+)=(.+)$/.exec(line);
    assert.ok(head ?? setting, line);
    if (head) [, section] = head;
    else if (setting) settings.set(`${section}.${setting[1]}`, setting[2]);
  }
  const expected = {
    'Unit.StartLimitIntervalSec': '0',
    'Service.Restart': 'on-failure',
    'Service.RestartSec': '10',
    'Service.SuccessExitStatus': '130',
  };
  for (const [key, value] of Object.entries(expected)) assert.equal(settings.get(key), value, key);
  assert.deepEqual(await workerOf((settings.get('Service.ExecStart') ?? '').split(' ')), ['wide', {}]);
  // A unit can be read by everybody, so the password is in a file.
  assert.ok(settings.get('Service.EnvironmentFile')?.startsWith('/'));
  assert.ok(![...settings.values()].some((value) => value.includes('postgres://')));
});

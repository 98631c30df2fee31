/** docs/serve.md has the limits of the code, and its examples of deployment fit the command. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { refusals } from '../../src/serve/refusals.ts';
import { bin, couture } from '../command.ts';
import { limitsTable } from '../serve-limits.ts';
import { root } from './pages.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const example = (name: string): string => read(`examples/serve/${name}`);

/** The flags in a text. */
const flagsOf = (text: string): string[] => [...new Set(text.match(/(?<=\s|"|`)--[a-z][a-z-]+/g) ?? [])];

describe('docs/serve.md', () => {
  test('has the limits of the code: npm run serve-limits writes them', () => {
    const page = read('docs/serve.md');
    assert.ok(
      page.includes(`<!-- table:serve-limits -->\n\n${limitsTable()}\n\n<!-- /table:serve-limits -->`),
    );
    for (const code of page.match(/(?<="code": ")\w+/g) ?? []) assert.ok(Object.hasOwn(refusals, code), code);
  });

  test('and its examples name flags that the command has', async () => {
    const { out } = await couture(['serve', '--help']);
    const known = new Set(flagsOf(out));
    const texts = ['couture.service', 'Caddyfile', 'Dockerfile'].map((name) =>
      // Flags of couture alone: what stands after its name, on its line.
      example(name)
        .split('\n')
        .filter((line) => /couture|service with/.test(line) && !/^RUN|systemctl/.test(line))
        .join('\n'),
    );
    const page = read('docs/serve.md').match(/`--[a-z-]+/g) ?? [];
    const named = [...texts.flatMap(flagsOf), ...page.map((flag) => flag.slice(1))];
    assert.ok(named.length > 8, named.join());
    for (const flag of named) assert.ok(known.has(flag), flag);
  });
});

describe('the examples of deployment', () => {
  test('the systemd unit is valid, and starts the file of the command', (t) => {
    const unit = example('couture.service');
    const [, node, script] = /^ExecStart=(\S+) (\S+) serve /m.exec(unit) ?? [];
    assert.equal(node, '/usr/bin/node');
    assert.equal(join(root, script), join(root, 'node_modules/couture/bin/couture.js'));
    assert.equal(readFileSync(join(root, script), 'utf8'), readFileSync(bin, 'utf8'));
    if (spawnSync('systemd-analyze', ['--version']).status !== 0)
      return t.skip('there is no systemd-analyze');
    const folder = mkdtempSync(join(tmpdir(), 'couture-unit-'));
    try {
      // The verification wants a program that exists.
      writeFileSync(join(folder, 'couture.service'), unit.replace('/usr/bin/node', process.execPath));
      const { status, stdout, stderr } = spawnSync(
        'systemd-analyze',
        ['verify', '--recursive-errors=no', '--man=no', join(folder, 'couture.service')],
        { encoding: 'utf8' },
      );
      const faults = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('couture.service'));
      assert.deepEqual([status, faults], [0, []], stderr);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('the Dockerfile copies files that it names, and starts what the package contains', () => {
    const lines = example('Dockerfile')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    const words = new Set(['FROM', 'WORKDIR', 'COPY', 'RUN', 'USER', 'EXPOSE', 'HEALTHCHECK', 'ENTRYPOINT']);
    for (const line of lines) assert.ok(words.has(line.split(' ')[0]), line);
    const [, entry] = /^ENTRYPOINT (\[.*\])$/m.exec(lines.join('\n')) ?? [];
    const [program, script, ...args] = JSON.parse(entry) as string[];
    assert.deepEqual([program, script], ['node', 'node_modules/couture/bin/couture.js']);
    assert.equal(args[0], 'serve');
    const copied = lines.flatMap((line) => /^COPY (\S+) /.exec(line)?.[1] ?? []);
    assert.ok(copied.includes(args[1].split('=')[1]), copied.join());
    const [, check] = /^HEALTHCHECK CMD (\[.*\])$/m.exec(lines.join('\n')) ?? [];
    const [, flag, code] = JSON.parse(check) as string[];
    // Without a service, the check fails.
    assert.equal(flag, '-e');
    assert.notEqual(spawnSync(process.execPath, ['-e', code.replace('7433', '1')]).status, 0);
    assert.match(code, /:7433\/readyz/);
  });
});

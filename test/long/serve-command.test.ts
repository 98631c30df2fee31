/** `couture serve` as a user runs it: its flags, its signals and its end. */

import assert from 'node:assert/strict';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { registerServe } from '../../src/cli/commands/serve.ts';
import { type CliContext, processContext } from '../../src/cli/context.ts';
import { multilayer } from '../../src/model/spec.ts';
import { encodeModel } from '../../src/ship/model-file.ts';
import { couture } from '../command.ts';
import { makeModel, makeNetwork } from '../model-fixture.ts';
import { until } from '../serve.ts';
import { startServing } from '../serving.ts';

const TOKEN = '0123456789abcdef';
const image = new Uint8Array(12).fill(9);
let folder: string;
let models: string[];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'couture-cli-serve-'));
  models = [1, 2].map((seed) => join(folder, `v${seed}.safetensors`));
  for (const [i, path] of models.entries()) {
    const members = [makeNetwork(multilayer(12, [8], 3), i + 1)];
    await writeFile(path, await encodeModel(makeModel({ members })));
  }
});
after(async () => await rm(folder, { recursive: true, force: true }));

const headers = { 'Content-Type': 'application/octet-stream' };

describe('couture serve', () => {
  test('reloads on SIGHUP, and finishes an accepted request after SIGTERM', async () => {
    const path = join(folder, 'clothes.safetensors');
    await copyFile(models[0], path);
    const serving = await startServing([path, '--no-watch', '--drain-seconds', '2', '--threads', '1']);
    const readyz = async () => await fetch(`${serving.url}readyz`);
    const revision = async () => (await (await readyz()).json()).models[0].revision;
    const before = await revision();
    await copyFile(models[1], path);
    serving.child.kill('SIGHUP');
    await until(async () => (await revision()) !== before);
    // A request whose body arrives after the signal.
    let finish = (): void => {};
    const answered = new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
      const asked = request(`${serving.url}models/clothes/predict`, {
        method: 'POST',
        headers: { ...headers, 'Content-Length': image.length },
      });
      asked.once('error', reject);
      asked.once('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.once('end', () => resolve({ status: response.statusCode, text }));
      });
      asked.write(image.subarray(0, 6));
      finish = () => asked.end(image.subarray(6));
    });
    // It counts with the request that reads the metrics.
    await until(async () =>
      /requests_in_progress 2$/m.test(await (await fetch(`${serving.url}metrics`)).text()),
    );
    const ended = serving.stop('SIGTERM');
    await until(async () => {
      const answer = await readyz();
      return answer.status === 503 && (await answer.json()).status === 'stopping';
    });
    // The service accepts no more connections.
    await until(async () => {
      try {
        return (await fetch(`${serving.url}healthz`, { headers: { Connection: 'close' } })).status === 0;
      } catch {
        return true;
      }
    });
    finish();
    const { status, text } = await answered;
    assert.equal(status, 200, text);
    assert.equal(await ended, 0);
    const lines = serving
      .text()
      .out.trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const words = lines.map(({ message }) => message);
    for (const word of ['model', 'reload', 'stopping', 'stopped']) assert.ok(words.includes(word), word);
    assert.equal(lines.at(-1).message, 'stopped');
  });

  test('SIGHUP while the models are loaded: they are loaded again, and the service goes on', async () => {
    const controller = new AbortController();
    let [out, err] = ['', ''];
    const context: CliContext = {
      ...processContext(controller.signal, {
        out: (text) => {
          out += text;
          if (out.includes('"message":"reload"')) controller.abort();
        },
        err: (text) => {
          err += text;
        },
        isLost: () => false,
      }),
      env: {},
      // The signal is there as soon as somebody listens.
      onHangUp: (listener) => listener(),
    };
    const program = new Command();
    registerServe(program, context);
    const args = ['serve', models[0], '--port', '0', '--drain-seconds', '0', '--threads', '1'];
    await program.parseAsync(args, { from: 'user' });
    assert.match(err, /The service is at/);
    assert.match(out, /"result":"unchanged"/);
    assert.match(out, /"message":"stopped"/);
  });

  test('takes several models, a token from a file, and limits from flags', async () => {
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, `${TOKEN}\n`);
    const [first, second] = models;
    const serving = await startServing([
      ...[`clothes@1=${first}`, `clothes@2=${second}`, '--token-file', tokenFile],
      ...['--max-images', '2', '--log-level', 'silent', '--drain-seconds', '0', '--threads', '1'],
    ]);
    try {
      const ask = async (authorization: string, count: number) =>
        await fetch(`${serving.url}models/clothes/predict`, {
          method: 'POST',
          headers: { ...headers, Authorization: authorization },
          body: new Uint8Array(12 * count),
        });
      assert.equal((await ask('Bearer wrong', 1)).status, 401);
      assert.equal((await (await ask(`Bearer ${TOKEN}`, 2)).json()).model, 'clothes@2');
      assert.equal((await ask(`Bearer ${TOKEN}`, 3)).status, 413);
    } finally {
      assert.equal(await serving.stop('SIGINT'), 0);
    }
    const { out, err } = serving.text();
    assert.equal(out, '');
    assert.doesNotMatch(err, new RegExp(TOKEN));
  });

  test('warns where every machine can reach a service without a token', async () => {
    const args = [models[0], '--host', '0.0.0.0', '--drain-seconds', '0', '--threads', '1'];
    const open = await startServing(args);
    await open.stop();
    assert.match(open.text().err, /there is no token/);
    const guarded = await startServing(args, { env: { COUTURE_TOKEN: TOKEN } });
    await guarded.stop();
    assert.doesNotMatch(guarded.text().err, /there is no token/);
  });

  const wrong: readonly [args: string[], message: RegExp][] = [
    [[], /missing required argument 'model'/i],
    [['no-such-model'], /There is no run or model "no-such-model"/],
    [['a=compact', 'a=compact'], /Two models have the name a/],
    [['a b=compact'], /A name has 1 to 64/],
    [['compact', '--max-body', '0'], /--max-body must be a whole number from 1 to 256/],
    [['compact', '--cors', 'https://example.org/shop'], /--cors must be an origin/],
    [['compact', '--allow-host', 'example.org:80'], /--allow-host must be host names/],
    [['compact', '--token-file', 'no-such-file'], /There is no file "no-such-file" with a token/],
    [['compact', '--log-level', 'debug'], /--log-level must be info, warn, error or silent/],
    [['compact', '--host', 'no such host'], /is not an address of this machine/],
    [[fileURLToPath(import.meta.url)], /not a model of Couture|A name has/],
  ];
  for (const [args, message] of wrong)
    test(`refuses ${args.join(' ') || 'no model'}`, async () => {
      const { code, err } = await couture(['serve', ...args]);
      assert.equal(code, 2, err);
      assert.match(err, message);
    });
});

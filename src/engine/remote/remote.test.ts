/** Calls by message: what is asked is answered, errors come over whole, and a host that fails leaves nobody waiting. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { behindMessages, connect } from '../../../test/contract/behind-messages.ts';
import { gray, rowInput } from '../../../test/dataset-fixture.ts';
import { CoutureError } from '../../core/errors.ts';
import { buildProgram } from '../../model/program.ts';
import { linear, logSoftmax, sequential } from '../../model/spec.ts';
import type { Backend, Session } from '../backend.ts';
import { createBackend } from '../create.ts';
import { connectBackend } from './client.ts';

const program = buildProgram(sequential(linear(4, 3), logSoftmax()), rowInput(4));
const create = () => createBackend({ backend: 'reference' });

test('a session behind messages reads what was written and gives the answers of one at hand', async () => {
  const [remote, local] = [await behindMessages(create), await create()];
  assert.deepEqual(remote.info, local.info);
  const pixels = Uint8Array.from({ length: 400 }, (_, i) => i % 256);
  const answers: Float32Array[] = [];
  for (const backend of [remote, local]) {
    const session = await backend.createSession(program);
    await session.write(
      'fc1.weight',
      Float32Array.from({ length: 12 }, (_, i) => i / 7),
    );
    const images = await backend.upload(pixels, gray(1, 4));
    assert.equal(images.length, 100);
    // A view of a larger array: of that, the part alone goes over.
    const indices = Uint32Array.from({ length: 50 }, (_, i) => i * 2).subarray(10, 20);
    answers.push(await session.infer(images, indices), await session.read('fc1.weight'));
    session.dispose();
  }
  assert.deepEqual(answers.slice(0, 2), answers.slice(2));
  assert.equal(pixels.length, 400);
  await remote.dispose();
});

test('errors come over with their kind, message and hint; others as what they are', async () => {
  const remote = await behindMessages(create);
  const session = await remote.createSession(program);
  await assert.rejects(session.read('fc9.weight'), (error) => {
    assert.ok(error instanceof CoutureError);
    assert.deepEqual([error.kind, error.message], ['usage', 'This network has no parameter fc9.weight.']);
    assert.match(String(error.cause), /find-parameter/);
    return true;
  });
  const wrong = await behindMessages(async () => {
    throw new CoutureError('backend', 'There is none.', { hint: 'Get one.' });
  }).catch((error: unknown) => error);
  assert.ok(wrong instanceof CoutureError && wrong.hint === 'Get one.' && wrong.kind === 'backend');
  const bug = await behindMessages(async () => {
    throw new RangeError('off by one');
  }).catch((error: unknown) => error);
  assert.ok(bug instanceof Error && !(bug instanceof CoutureError));
  assert.deepEqual([bug.name, bug.message], ['RangeError', 'off by one']);
  await remote.dispose();
});

test('a host that fails ends every call under way and refuses every later one', async () => {
  const never: Session['infer'] = () => new Promise(() => {});
  const stuck = async (): Promise<Backend> => {
    const backend = await create();
    return {
      ...backend,
      createSession: async (wanted) => Object.assign(await backend.createSession(wanted), { infer: never }),
    };
  };
  const connection = connect(stuck);
  const backend = await connectBackend(connection.port, {});
  const session = await backend.createSession(program);
  const images = await backend.upload(new Uint8Array(4), gray(1, 4));
  const waiting = session.infer(images, Uint32Array.of(0));
  connection.fail('out of memory');
  const expected = { kind: 'runtime', message: 'The worker of the engine failed: out of memory.' };
  await assert.rejects(waiting, expected);
  await assert.rejects(session.read('fc1.weight'), expected);
  session.dispose();
  await backend.dispose();
});

test('a host that cannot start is an error at once', async () => {
  const connection = connect(() => new Promise(() => {}));
  const starting = connectBackend(connection.port, {});
  connection.fail('its script could not be loaded');
  await assert.rejects(starting, { kind: 'runtime', message: /its script could not be loaded/ });
});

test('what has been disposed of is refused, images and sessions of others too', async () => {
  const remote = await behindMessages(create);
  const other = await behindMessages(create);
  const session = await remote.createSession(program);
  const foreign = await other.upload(new Uint8Array(4), gray(1, 4));
  await assert.rejects(session.infer(foreign, Uint32Array.of(0)), {
    kind: 'usage',
    message: /another backend/,
  });
  const images = await remote.upload(new Uint8Array(4), gray(1, 4));
  images.dispose();
  images.dispose();
  await assert.rejects(session.infer(images, Uint32Array.of(0)), { kind: 'usage', message: /disposed of/ });
  session.dispose();
  await assert.rejects(session.read('fc1.weight'), { kind: 'usage', message: /disposed of/ });
  await Promise.all([remote.dispose(), remote.dispose()]);
  await assert.rejects(remote.upload(new Uint8Array(4), gray(1, 4)), {
    kind: 'usage',
    message: /disposed of/,
  });
  await other.dispose();
});

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
import { hostBackend } from './host.ts';
import type { Call, FromHost, ToHost } from './protocol.ts';

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
    assert.deepEqual([error.kind, error.message], ['usage', 'The network has no parameter fc9.weight.']);
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
  const silent = await behindMessages(async () => {
    throw new RangeError();
  }).catch((error: unknown) => error);
  assert.ok(silent instanceof Error && silent.message === 'RangeError');
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
  await assert.rejects(starting, {
    kind: 'runtime',
    message: /its script could not be loaded/,
    hint: /it must also emit the workers, as Vite does/,
  });
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

test('a message that is none is refused by the part that is wrong, and answered all the same', async () => {
  const answers: FromHost[] = [];
  const hear = hostBackend({ create, post: (message) => void answers.push(message) });
  const startAll: Call[] = [
    { call: 'start', options: {} },
    { call: 'reserve', images: 1, bytes: 8 },
    { call: 'createSession', session: 2, program, ...{ options: undefined } },
  ];
  for (const [id, call] of startAll.entries()) await hear({ id, call });
  assert.ok(answers.every(({ type }) => type === 'answer'));
  const wrong: [message: unknown, expected: RegExp][] = [
    [null, /message must be a message, not null/],
    [{ id: 'x', call: { call: 'dispose' } }, /message\.id must be an integer of at least 0/],
    [{ id: 9 }, /message\.call must be a call, not undefined/],
    [{ id: 9, call: { call: '__proto__' } }, /message\.call\.call must be one of "start"/],
    [
      { id: 9, call: { call: 'reserve', images: 1, bytes: -1 } },
      /reserve\.bytes must be an integer of at least 0/,
    ],
    [{ id: 9, call: { call: 'reserve', images: 1, bytes: 2 ** 52 } }, /Out of memory/],
    [{ id: 9, call: { call: 'fill', images: 7, at: 0, pixels: new Uint8Array(4) } }, /No memory is reserved/],
    [
      { id: 9, call: { call: 'fill', images: 1, at: 6, pixels: new Uint8Array(4) } },
      /do not follow the 0 of 8/,
    ],
    [
      { id: 9, call: { call: 'createSession', session: 3, program: {} } },
      /createSession\.program\.plan must be/,
    ],
    [
      { id: 9, call: { call: 'read', session: 2, parameter: 'fc1.bias', role: 'constructor' } },
      /read\.role must/,
    ],
    [
      { id: 9, call: { call: 'infer', session: 2, images: 1, indices: [0], options: {} } },
      /infer\.indices must/,
    ],
    // Images that never arrived are refused: claimed gigabytes are not copied.
    [{ id: 9, call: { call: 'upload', images: 1, shape: gray(1, 4) } }, /Only 0 of 8 bytes of images/],
  ];
  for (const [message, expected] of wrong) {
    answers.length = 0;
    await hear(message as ToHost);
    const [answer] = answers;
    assert.ok(answers.length === 1 && answer.type === 'error', String(expected));
    assert.match(answer.error.message, expected);
    assert.notEqual(answer.error.kind, undefined, answer.error.stack);
  }
});

test('an answer that is none ends every call, and whoever waits is told', async () => {
  const info = { name: 'wasm', variant: 'simd128', threads: 1 };
  const wrong: [answer: unknown, expected: RegExp][] = [
    [null, /message must be a message, not null/],
    [{ type: 'answer', id: 77, answer: info }, /message\.id is 77, but no such call/],
    [{ type: 'answer', id: 1, answer: 5 }, /answer must be the description of a backend, not the number 5/],
    [{ type: 'error', id: 1, error: { name: 'Error', message: '' } }, /error\.message must be a sentence/],
    [{ type: 'error', id: 1, error: { name: 'Error' } }, /error\.message must be a sentence/],
    [
      { type: 'error', id: 1, error: { name: 'a', message: 'b', kind: 'toString' } },
      /error\.kind must be one of/,
    ],
  ];
  for (const [answer, expected] of wrong) {
    let hear: (message: FromHost) => void = () => {};
    const port = {
      post: () => queueMicrotask(() => hear(answer as FromHost)),
      listen: (heard: (message: FromHost) => void) => {
        hear = heard;
      },
      terminate: async () => {},
    };
    await assert.rejects(connectBackend(port, {}), { kind: 'runtime', message: expected });
  }
});

test('images of sides that are none are refused', async () => {
  const backend = await create();
  for (const shape of [gray(-2, -2), gray(0.5, 8), gray(0, 4), { height: 2, width: 1, channels: 2 as 1 }])
    await assert.rejects(backend.upload(new Uint8Array(4), shape), {
      kind: 'usage',
      message: /Invalid image shape/,
    });
});

/** Models whose files change while they are read, and models that fail after they were read. */

import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { makeNetwork } from '../../../test/model-fixture.ts';
import { ServeBench, SIZE, until } from '../../../test/serve.ts';
import type { Backend, Session } from '../../engine/backend.ts';
import { multilayer } from '../../model/spec.ts';
import { createNodeBackend } from '../../platform/node/engine/backend.ts';
import { Models, type Reload } from './models.ts';

const bench = await ServeBench.open();
const backend = await createNodeBackend({ backend: 'cpu', threads: 1 });
after(async () => await backend.dispose());

const network = (seed: number) => ({ members: [makeNetwork(multilayer(SIZE, [8], 3), seed)] });

/** The backend, with another way to make a session. */
function backendWith(createSession: Backend['createSession']): Backend {
  return new Proxy(backend, {
    get: (target, name) => {
      if (name === 'createSession') return createSession;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

test('a file that is replaced while it is read is loaded again', async () => {
  const source = await bench.write('changing.safetensors', network(1));
  const newer = await bench.write('newer.safetensors', network(2));
  let changed = false;
  // A session is made after the file was read, and before it is in service.
  const changing = backendWith(async (...args) => {
    if (!changed) copyFileSync(newer, source);
    changed = true;
    return await backend.createSession(...args);
  });
  const reloads: Reload[] = [];
  const models = await Models.open([{ name: 'changing', version: undefined, source }], {
    context: () => ({ backend: changing, weights: 'best', env: {}, onBatch: () => {} }),
    onReload: (reload) => reloads.push(reload),
  });
  try {
    assert.ok(changed);
    const first = models.slots[0].model.revision;
    models.watch(20);
    await until(() => reloads.length > 0);
    assert.equal(reloads[0].result, 'loaded');
    assert.notEqual(models.slots[0].model.revision, first);
  } finally {
    await models.close();
  }
});

test('a model whose first answer fails is freed', async () => {
  const source = await bench.write('failing.safetensors', network(3));
  let [made, freed] = [0, 0];
  const failing = backendWith(async (...args) => {
    const session = await backend.createSession(...args);
    made += 1;
    return {
      ...{ train: session.train, read: session.read },
      write: async (...values: Parameters<Session['write']>) => await session.write(...values),
      infer: async () => await Promise.reject(new Error('out of order')),
      dispose: () => {
        freed += 1;
        session.dispose();
      },
    };
  });
  const opened = Models.open([{ name: 'failing', version: undefined, source }], {
    context: () => ({ backend: failing, weights: 'best', env: {}, onBatch: () => {} }),
    onReload: () => {},
  });
  await assert.rejects(opened, /out of order/);
  assert.ok(made > 0);
  assert.equal(freed, made);
});

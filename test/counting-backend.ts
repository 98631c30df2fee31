/** A backend that knows what it holds, so that a test sees what was not given back. */

import type { Backend } from '../src/engine/backend.ts';
import { createBackend } from '../src/engine/create.ts';

/** The reference backend, and what it holds now. */
export async function countingBackend(): Promise<{
  backend: Backend;
  held: { sessions: number; images: number };
}> {
  const inner = await createBackend({ backend: 'reference' });
  const held = { sessions: 0, images: 0 };
  const count = <Resource extends { dispose(): void }>(kind: keyof typeof held, resource: Resource) => {
    held[kind] += 1;
    const dispose = resource.dispose.bind(resource);
    resource.dispose = () => {
      held[kind] -= 1;
      dispose();
    };
    return resource;
  };
  const backend: Backend = {
    info: inner.info,
    upload: async (...args) => count('images', await inner.upload(...args)),
    createSession: async (...args) => count('sessions', await inner.createSession(...args)),
    dispose: async () => await inner.dispose(),
  };
  return { backend, held };
}

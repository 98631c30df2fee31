import { describe, test } from 'node:test';
import { storeCases } from '../../test/store-contract.ts';
import { MemoryStore } from './memory-store.ts';

describe('a store in memory', () => {
  for (const { title, run } of storeCases) {
    test(title, async () => {
      const store = new MemoryStore();
      await store.makeFolder('case');
      await run(store, 'case');
    });
  }
});

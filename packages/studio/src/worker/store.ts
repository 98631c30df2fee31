/** Runs in the page's own files (OPFS), or in memory where the browser gives the page none. */

import { CoutureError, type Dataset } from '@couture/core';
import { MemoryStore, type RunPlatform, type RunStore } from 'couture/runs';
import { openOpfsStore, webPlatform } from 'couture/runs/web';
import { say } from './say.ts';

let opened: Promise<RunStore> | undefined;

/** The store of this page. */
async function store(): Promise<RunStore> {
  opened ??= openOpfsStore('studio').catch((error: unknown) => {
    if (!(error instanceof CoutureError)) throw error;
    say({ type: 'notice', text: `Runs are lost when this page is closed. ${error.message}` });
    return new MemoryStore();
  });
  return await opened;
}

/** The platform for runs on these data sets; none are needed to look at runs. */
export async function platform(datasets: readonly Dataset[] = []): Promise<RunPlatform> {
  return webPlatform({ store: await store(), datasets });
}

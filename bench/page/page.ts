/** A page that is a contender: it hears questions, one at a time, and posts its answers. */

import { answer, type Networks } from '../peers/answer.ts';
import type { Answer } from '../protocol.ts';
import { clock } from './clock.ts';

const asked = new URLSearchParams(location.search);
const threads = Number(asked.get('threads'));

async function open(): Promise<Networks> {
  const peer = asked.get('peer');
  switch (peer) {
    case 'couture':
    case 'couture-fast': {
      const { CoutureNetworks } = await import('./couture.ts');
      return await CoutureNetworks.open(threads, peer === 'couture-fast');
    }
    case 'jax':
      return await (await import('./jax.ts')).openJax();
    case 'tfjs':
      return await (await import('./tfjs.ts')).openTfjs(threads);
    case 'couture-gpu':
    case 'couture-kernels-gpu': {
      const { CoutureNetworks } = await import('./couture.ts');
      return await CoutureNetworks.openGpu(peer === 'couture-gpu' ? 'worker' : 'page');
    }
    case 'jax-gpu':
      return await (await import('./jax.ts')).openJax('webgpu');
    case 'tfjs-gpu':
      return await (await import('./tfjs.ts')).openTfjs(threads, 'webgpu');
    default:
      throw new Error(`there is no peer ${peer}`);
  }
}

async function post(reply: Answer): Promise<void> {
  await fetch('/answers', { method: 'POST', body: JSON.stringify(reply) });
}

const failure = (error: unknown): Answer => ({
  error: error instanceof Error ? error.message : String(error),
});

try {
  const networks = await open();
  const version = /Chrome\/([\d.]+)/.exec(navigator.userAgent)?.[1];
  new EventSource('/questions').addEventListener('message', ({ data }) => {
    void answer(networks, JSON.parse(data), clock)
      .then((reply) => (reply.info ? { ...reply, info: `${reply.info}, Chromium ${version}` } : reply))
      .catch(failure)
      .then(post);
  });
} catch (error) {
  await post(failure(error));
}

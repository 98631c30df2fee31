/** TensorFlow.js with its wasm backend as a contender: `node tfjs.ts THREADS`. */

import { createRequire } from 'node:module';
import type * as Core from '@tensorflow/tfjs';
import type * as Backend from '@tensorflow/tfjs-backend-wasm';
import { readImages } from '../data.ts';
import { medianOf, serve, timed } from '../protocol.ts';
import { answer } from './answer.ts';
import { TfjsNetworks } from './tfjs-network.ts';

// Its ES modules lack file extensions and do not load in Node; its CommonJS builds do.
const require = createRequire(import.meta.url);
const tf: typeof Core = require('@tensorflow/tfjs');
const wasm: typeof Backend = require('@tensorflow/tfjs-backend-wasm');

const threads = Number(process.argv[2]);
// It leaves threads off in Node unless told otherwise.
if (threads > 1) tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', true);
wasm.setThreadsCount(threads);
const folder = require.resolve('@tensorflow/tfjs-backend-wasm').replace(/dist[\\/][^\\/]*$/, 'dist/');
wasm.setWasmPaths(folder);
if (!(await tf.setBackend('wasm')))
  throw new Error(threads > 1 ? 'its threads do not start in Node' : 'the wasm backend did not start');
await tf.ready();
if (threads > 1 && wasm.getThreadsCount() !== threads) throw new Error('it did not take the threads');

const networks = new TfjsNetworks(tf, readImages('train'));
await serve((question) => answer(networks, question, { timed, medianOf }));

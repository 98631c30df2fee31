/** Entry of a worker in a page that is one of the engine's threads. */

import { serveThread } from './serve-thread.ts';

serveThread();

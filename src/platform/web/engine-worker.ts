/** Entry of the worker that has a page's engine. */

import { serveEngine } from './serve-engine.ts';

serveEngine();

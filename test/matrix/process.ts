/** Runs the job in a process of Node, Bun or Deno: cases as JSON in the first argument, outcomes on standard output. */

import { createNodeBackend } from '../../src/platform/node/engine/backend.ts';
import { type Case, runCases } from './job.ts';

const cases: Case[] = JSON.parse(process.argv[2]);
console.log(JSON.stringify(await runCases(cases, createNodeBackend)));

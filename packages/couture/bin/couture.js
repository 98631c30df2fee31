#!/usr/bin/env node
// The way in: plain JavaScript, so that a Node that is too old gets a sentence and not a syntax error.
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// In a checkout the TypeScript source runs as it is; an installed package has only dist/.
const checkout =
  !/[\\/]node_modules[\\/]/.test(root) && existsSync(new URL('../../../src/cli/main.ts', import.meta.url));
const [major, minor] = process.versions.node.split('.').map(Number);
const needed = checkout ? [22, 18] : [22, 12];

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  process.stderr.write(
    `couture needs Node ${needed.join('.')} or later, and this is Node ${process.versions.node}.\n` +
      (checkout
        ? 'Run it as "npx couture" in the checkout, after "npm install": that brings a Node of its own.\n'
        : 'Install a current Node from https://nodejs.org and try again.\n'),
  );
  process.exitCode = 1;
} else {
  module.enableCompileCache?.();
  const { main } = await import(checkout ? '../../../src/cli/main.ts' : '../dist/cli/main.js');
  await main(process.argv.slice(2));
}

/**
 * Readies a checkout, after `npm ci` and before `npm start` and `npm test`: installs what is missing, and compiles the kernels
 * and the code of exported modules if they are older than their source. Plain JavaScript without dependencies, because it runs on the system's own Node.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelsAreStale } from './kernels-stale.mjs';
import { moduleIsStale } from './module-stale.mjs';

const MIN_SYSTEM_NODE = 20;
const PINNED_NODE = 24;

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const shell = process.platform === 'win32';
const pinnedNode = join(modules, '.bin', shell ? 'node.cmd' : 'node');

// The npm that this script starts runs it again at its end: the outer one does the rest.
if (process.env.COUTURE_PREPARING) process.exit(0);
if (Number.parseInt(process.versions.node, 10) < MIN_SYSTEM_NODE)
  fail(
    `Couture needs Node ${MIN_SYSTEM_NODE} or later to install itself, and this is ${process.versions.node} (${process.execPath}).`,
    'Install a current Node from https://nodejs.org/ or your distribution, then run the command again.',
  );
if (!isInstalled()) install();
if (pinnedVersion() !== PINNED_NODE) installNode();
if (kernelsAreStale(root)) compileKernels();
if (moduleIsStale(root)) bundleModule();

function fail(...lines) {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

/** Runs a command in the checkout. Its output must not mix with the results on standard output. */
function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['inherit', 2, 2], ...options });
  return status === 0 ? undefined : (error?.message ?? `exit code ${status}`);
}

/** npm writes node_modules/.package-lock.json last: newer than the lock file, it says that everything is there. */
function isInstalled() {
  const installed = statSync(join(modules, '.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  process.stderr.write('Installing the packages of package-lock.json. The first time takes a minute.\n');
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const failure = run('npm', args, { shell, env: { ...process.env, COUTURE_PREPARING: '1' } });
  if (failure !== undefined)
    fail(
      `npm ci failed: ${failure}.`,
      'Check that the npm registry can be reached, then run the command again.',
    );
}

function pinnedVersion() {
  const { stdout } = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8', shell });
  return Number(/^v(\d+)\./.exec(stdout ?? '')?.[1]);
}

/** The package `node` gets its binary by an install script, which npm may have been told not to run. */
function installNode() {
  const folder = join(modules, 'node');
  const script = join(folder, 'installArchSpecificPackage.js');
  if (existsSync(script)) {
    run(process.execPath, [script], { cwd: folder });
    if (!shell) {
      rmSync(pinnedNode, { force: true });
      symlinkSync(join('..', 'node', 'bin', 'node'), pinnedNode);
    }
  }
  if (pinnedVersion() !== PINNED_NODE)
    fail(
      `Node ${PINNED_NODE}, which this project installs as the npm package "node", is missing for ${process.platform}-${process.arch}.`,
      `Run npm ci with install scripts allowed, or put a Node ${PINNED_NODE} at ${pinnedNode}.`,
    );
}

function compileKernels() {
  process.stderr.write('Compiling the WebAssembly kernels.\n');
  const failure = run(pinnedNode, [join(root, 'scripts/build-kernels.ts')], { shell });
  if (failure !== undefined) fail('The WebAssembly kernels could not be compiled: see the message above.');
}

/** After the kernels, which the code contains. */
function bundleModule() {
  const failure = run(pinnedNode, [join(root, 'scripts/build-module.ts')], { shell });
  if (failure !== undefined)
    fail('The code of exported modules could not be bundled: see the message above.');
}

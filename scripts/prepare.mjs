/**
 * Readies a checkout after `npm install` and before `npm start` and `npm test`: installs what is missing, sees
 * that Node 24 is there, compiles the kernels when they are older than their source. Plain JavaScript without
 * dependencies, since it runs on the system's own Node (20 or later); silent and quick when nothing is to do.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kernelsAreStale } from './kernels-stale.mjs';

const MIN_SYSTEM_NODE = 20;
const PINNED_NODE = 24;

const root = fileURLToPath(new URL('..', import.meta.url));
const modules = join(root, 'node_modules');
const pinnedNode = join(modules, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
const shell = process.platform === 'win32';

// The npm that this script starts ends by running it again: then the outer one does the rest.
if (process.env.COUTURE_PREPARING) process.exit(0);
checkSystemNode();
if (!isInstalled()) install();
checkPinnedNode();
linkCommand();
if (kernelsAreStale(root)) buildKernels();

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** One clear message, no stack trace. */
function fail(...lines) {
  for (const line of lines) say(line);
  process.exit(1);
}

function checkSystemNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < MIN_SYSTEM_NODE)
    fail(
      `Couture needs Node ${MIN_SYSTEM_NODE} or later to install itself, this is ${process.versions.node} (${process.execPath}).`,
      'Install a current Node from https://nodejs.org/ or your distribution, then run the command again.',
    );
}

/** npm writes node_modules/.package-lock.json last: newer than the lock file, it says that what the lock names is there. */
function isInstalled() {
  const installed = statSync(join(modules, '.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function install() {
  say('Installing the packages of package-lock.json; the first time takes a minute.');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm's own progress goes to a terminal; what it prints must not mix with the results on standard output.
  const env = { ...process.env, COUTURE_PREPARING: '1' };
  const options = { cwd: root, env, stdio: ['inherit', 2, 2] };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell });
  if (result.status === 0) return;
  fail(
    `The packages could not be installed: npm ${result.error ? `did not start (${result.error.message})` : `ended with code ${result.status}`}.`,
    'Check that the npm registry can be reached, then run the command again, or run `npm ci` to see more.',
  );
}

/** The package `node` fetches its binary in an install script, which npm may have been told not to run. */
function checkPinnedNode() {
  if (pinnedVersion() === PINNED_NODE) return;
  const folder = join(modules, 'node');
  const script = join(folder, 'installArchSpecificPackage.js');
  if (existsSync(script)) {
    say(`Fetching Node ${PINNED_NODE} for this checkout.`);
    spawnSync(process.execPath, [script], { cwd: folder, stdio: ['ignore', 2, 2] });
    linkBinary(join('..', 'node', 'bin', 'node'), pinnedNode);
    if (pinnedVersion() === PINNED_NODE) return;
  }
  fail(
    `Node ${PINNED_NODE}, which this project pins as the npm package "node", could not be installed for ${process.platform}-${process.arch}.`,
    `Run \`npm install\` again with install scripts allowed (ignore-scripts off), or put a Node ${PINNED_NODE} at ${pinnedNode}.`,
  );
}

function pinnedVersion() {
  if (!existsSync(pinnedNode)) return undefined;
  const { status, stdout } = spawnSync(pinnedNode, ['--version'], { encoding: 'utf8', shell });
  return status === 0 ? Number(/^v(\d+)\./.exec(stdout)?.[1]) : undefined;
}

/** `npx couture` finds the command of this checkout here, as it would where the package is installed. */
function linkCommand() {
  linkBinary(join('..', '..', 'packages', 'couture', 'bin', 'couture.js'), join(modules, '.bin', 'couture'));
}

function linkBinary(target, link) {
  if (process.platform === 'win32' || lstatSync(link, { throwIfNoEntry: false })) return;
  symlinkSync(target, link);
}

function buildKernels() {
  say('Compiling the WebAssembly kernels.');
  const args = [join(root, 'scripts/build-kernels.ts')];
  const { status } = spawnSync(pinnedNode, args, { cwd: root, stdio: ['ignore', 2, 2], shell });
  if (status !== 0) fail('The WebAssembly kernels could not be compiled: see the message above.');
}

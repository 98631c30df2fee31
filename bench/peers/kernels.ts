/** The kernel ladder's rungs in this process: `node kernels.ts paired|plain`. One product, one thread. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import { linearForward } from '../../src/engine/reference/ops.ts';
import { compileKernels, instantiateKernels } from '../../src/engine/wasm/kernels.ts';
import { makeWeights } from '../models.ts';
import { type Answer, fastest, type MatmulQuestion, type Question, serve } from '../protocol.ts';

// Must come before anything is compiled, hence a process for each.
if (process.argv[2] === 'paired') v8.setFlagsFromString('--experimental-wasm-revectorize');

type Product = (x: number, weights: number, y: number, rows: number, inputs: number, outputs: number) => void;

interface Ladder {
  readonly memory: WebAssembly.Memory;
  readonly scalar: Product;
  readonly vector: Product;
}

function compileLadder(): Uint8Array<ArrayBuffer> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'couture-bench-'));
  const wasm = join(folder, 'ladder.wasm');
  const asc = join(root, 'node_modules/assemblyscript/bin/asc.js');
  const args = [asc, 'bench/kernels/ladder.ts', '-o', wasm, '-O3', '--runtime', 'stub', '--noAssert'];
  const { status, stderr } = spawnSync(process.execPath, [...args, '--enable', 'simd'], { cwd: root });
  try {
    if (status !== 0) throw new Error(`AssemblyScript could not compile the ladder: ${stderr}`);
    return new Uint8Array(readFileSync(wasm));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

let compiled: Ladder | undefined;

async function ladder(): Promise<Ladder> {
  if (compiled) return compiled;
  const { instance } = await WebAssembly.instantiate(compileLadder(), { env: { abort() {} } });
  compiled = instance.exports as unknown as Ladder;
  compiled.memory.grow(256);
  return compiled;
}

async function product({ kernel, rows, inputs, outputs, budget }: MatmulQuestion): Promise<number> {
  const x = makeWeights(rows * inputs, inputs);
  const weights = makeWeights(outputs * inputs, inputs);
  if (kernel === 'reference') {
    const y = new Float32Array(rows * outputs);
    const bias = new Float32Array(outputs);
    return fastest(budget, () => linearForward({ rows, in: inputs, out: outputs }, x, weights, bias, y));
  }
  if (kernel === 'scalar' || kernel === 'vector') {
    const { memory, [kernel]: run } = await ladder();
    const xAt = 65_536;
    const weightsAt = xAt + x.byteLength;
    const yAt = weightsAt + weights.byteLength;
    new Float32Array(memory.buffer, xAt, x.length).set(x);
    new Float32Array(memory.buffer, weightsAt, weights.length).set(weights);
    return fastest(budget, () => run(xAt, weightsAt, yAt, rows, inputs, outputs));
  }
  return await tiles(kernel === 'wide', { rows, inputs, outputs, budget });
}

/** Couture's forward product as it runs: over panels, with its bias, without activation. */
async function tiles(
  wide: boolean,
  { rows, inputs, outputs, budget }: Omit<MatmulQuestion, 'ask' | 'kernel'>,
): Promise<number> {
  const memory = new WebAssembly.Memory({ initial: 256, maximum: 32_768, shared: true });
  const kernels = instantiateKernels(await compileKernels({ shared: true, wide, fast: false }), memory, wide);
  const panels = Math.ceil(outputs / 16);
  const groups = Math.ceil(rows / 4);
  const panelBytes = groups * 4 * 64;
  const xAt = 65_536;
  const weightsAt = xAt + Math.ceil(inputs / 16) * panelBytes;
  const yAt = weightsAt + panels * (inputs + 1) * 64;
  const end = yAt + panels * panelBytes;
  new Float32Array(memory.buffer, xAt, (end - xAt) / 4).set(makeWeights((end - xAt) / 4, inputs));
  const plain = {
    relu: false,
    skipped: 0,
    threshold: 0,
    scale: 1,
    key0: 0,
    key1: 0,
    step: 0,
    layer: 0,
    lists: 0,
  };
  const [xPanel, yPanel] = [panelBytes, panelBytes];
  const args = { x: xAt, xPanel, weights: weightsAt, inputs, outputs, y: yAt, yPanel, rows, ...plain };
  const units = { begin: 0, end: panels * groups };
  return fastest(budget, () => kernels.linear(args, units));
}

async function answer(question: Question): Promise<Answer> {
  if (question.ask === 'matmul') return { seconds: await product(question) };
  return { info: `V8 ${process.versions.v8}` };
}

await serve(answer);

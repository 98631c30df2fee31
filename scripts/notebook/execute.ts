/** Executes a notebook: Jupyter's nbconvert runs it on the kernel of Deno, which comes from npm. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deno, findRuntime, finish, root } from '../../test/matrix/runtimes.ts';
import type { Notebook } from './format.ts';

const LIMIT_MS = 10 * 60_000;

/** The folder in which notebooks are executed; their runs stay there. */
const folder = join(root, 'build/notebook');

/**
 * Executes a notebook in a folder of its own, where `couture` is the source of this checkout.
 * @returns the notebook with its outputs, or the reason why it cannot be executed here
 * @throws Error with the message of the cell that failed
 */
export async function execute(notebook: object): Promise<Notebook | { readonly missing: string }> {
  const signal = AbortSignal.timeout(LIMIT_MS);
  const kernel = await findRuntime(deno, signal);
  if ('missing' in kernel) return kernel;
  const version = await finish('jupyter-nbconvert', ['--version'], { cwd: root, signal });
  if (version.code !== 0)
    return { missing: 'there is no jupyter-nbconvert: install the package jupyter-nbconvert' };

  // A kernel of this folder alone, so that the kernels of the user stay as they are.
  const kernels = join(folder, 'jupyter');
  await mkdir(join(kernels, 'kernels/deno'), { recursive: true });
  const argv = [kernel.command[0], 'jupyter', '--kernel', '--conn', '{connection_file}'];
  const spec = { argv, display_name: 'Deno', language: 'typescript' };
  await writeFile(join(kernels, 'kernels/deno/kernel.json'), JSON.stringify(spec));
  await writeFile(join(folder, 'deno.json'), JSON.stringify(await importMap()));
  await writeFile(join(folder, 'source.ipynb'), JSON.stringify(notebook));

  const flags = ['--to', 'notebook', '--execute', '--output', 'executed.ipynb', 'source.ipynb'];
  const env = [`JUPYTER_PATH=${kernels}`, 'NO_COLOR=1', 'jupyter-nbconvert', ...flags];
  // After the end of a cell, nbconvert waits 4 s for its outputs unless told otherwise.
  const limits = Object.entries({ timeout: LIMIT_MS / 1000, iopub_timeout: 30, startup_timeout: 300 }).map(
    ([name, seconds]) => `--ExecutePreprocessor.${name}=${seconds}`,
  );
  const { code, output } = await finish('env', [...env, ...limits], { cwd: folder, signal });
  if (code !== 0)
    throw new Error(`The notebook was not executed: nbconvert ended with code ${code}.\n${output}`);
  return JSON.parse(await readFile(join(folder, 'executed.ipynb'), 'utf8')) as Notebook;
}

/** The import map of the notebooks, for another folder. */
async function importMap(): Promise<object> {
  const map = JSON.parse(await readFile(join(root, 'notebooks/deno.json'), 'utf8')) as {
    readonly imports: Readonly<Record<string, string>>;
  };
  const imports = Object.entries(map.imports).map(([name, path]) => [name, join(root, 'notebooks', path)]);
  return { ...map, imports: Object.fromEntries(imports) };
}

/**
 * Makes notebooks/fashion-mnist.ipynb from notebooks/fashion-mnist.md: `npm run notebook` executes every cell, which takes
 * two to three minutes, and stores the outputs. It needs Jupyter's nbconvert (Debian: jupyter-nbconvert).
 */

import { readFile, writeFile } from 'node:fs/promises';
import { root } from '../test/matrix/runtimes.ts';
import { execute } from './notebook/execute.ts';
import { cellsOf, notebookOf, stored } from './notebook/format.ts';

const name = `${root}/notebooks/fashion-mnist`;
const source = cellsOf(await readFile(`${name}.md`, 'utf8'));
const executed = await execute(notebookOf(source));
if ('missing' in executed) {
  console.error(`The notebook was not executed: ${executed.missing}.`);
  process.exit(1);
}
await writeFile(`${name}.ipynb`, `${JSON.stringify(stored(executed, source), null, 1)}\n`);
console.log(
  `notebooks/fashion-mnist.ipynb: ${source.filter(({ type }) => type === 'code').length} cells executed`,
);

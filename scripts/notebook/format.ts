/** The notebook's file format (nbformat 4), and the Markdown file that it is made of. */

import { createHash } from 'node:crypto';

/** What a cell showed. The kernel's other fields are left out. */
export type Output =
  | { readonly output_type: 'stream'; readonly name: string; readonly text: string | readonly string[] }
  | {
      readonly output_type: 'display_data' | 'execute_result';
      readonly data: Readonly<Record<string, unknown>>;
      readonly metadata?: Readonly<Record<string, unknown>>;
    }
  | { readonly output_type: 'error'; readonly ename: string; readonly evalue: string };

export interface CodeCell {
  readonly cell_type: 'code';
  readonly source: string | readonly string[];
  readonly outputs: readonly Output[];
}
export interface TextCell {
  readonly cell_type: 'markdown';
  readonly source: string | readonly string[];
}
export type Cell = CodeCell | TextCell;
export interface Notebook {
  readonly cells: readonly Cell[];
}

/** A cell of the Markdown file. */
export interface SourceCell {
  readonly type: 'code' | 'markdown';
  readonly text: string;
}

/** The parts of a Markdown file: each block of TypeScript is a cell, and so is the text between two of them. */
export function cellsOf(markdown: string): SourceCell[] {
  return markdown
    .split(/^```ts\n(.*?)^```\n/ms)
    .map((part, i): SourceCell => ({ type: i % 2 === 1 ? 'code' : 'markdown', text: part.trim() }))
    .filter(({ text }) => text !== '');
}

/** A notebook without outputs. The cells have ids, which stay the same while their text does. */
export function notebookOf(cells: readonly SourceCell[]): object {
  return {
    cells: cells.map(({ type, text }, i) => {
      const id = createHash('sha256').update(`${i} ${text}`).digest('hex').slice(0, 8);
      const common = { cell_type: type, id, metadata: {}, source: lines(text) };
      return type === 'code' ? { ...common, execution_count: null, outputs: [] } : common;
    }),
    metadata: {
      kernelspec: { display_name: 'Deno', language: 'typescript', name: 'deno' },
      language_info: { file_extension: '.ts', mimetype: 'text/x.typescript', name: 'typescript' },
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
}

/** Text as the format stores it: an array of lines with their ends. */
function lines(text: string): string[] {
  return text.split(/(?<=\n)/);
}

/** Text of the format, which may be an array of lines. */
export function textOf(text: unknown): string {
  return Array.isArray(text) ? text.join('') : String(text);
}

/**
 * What the outputs of a notebook say, cell by cell: printed text, tables and values as they are; of a figure, the
 * description, which contains its numbers.
 */
export function saidBy({ cells }: Notebook): string[][] {
  return cells.flatMap((cell) => (cell.cell_type === 'code' ? [cell.outputs.map(said)] : []));
}

function said(output: Output): string {
  if (output.output_type === 'stream') return textOf(output.text);
  if (output.output_type === 'error') return `${output.ename}: ${output.evalue}`;
  return textOf(output.data['text/markdown'] ?? output.data['text/plain']);
}

/**
 * A notebook as it is stored: only what a reader sees. Times and versions of the programs that executed it are left out,
 * so that executing it again changes nothing.
 */
export function stored(executed: Notebook, source: readonly SourceCell[]): object {
  const empty = notebookOf(source) as { cells: object[] };
  let count = 0;
  const cells = empty.cells.map((cell, i) => {
    const done = executed.cells[i];
    if (done?.cell_type !== 'code') return cell;
    count += 1;
    return {
      ...cell,
      execution_count: count,
      outputs: joined(done.outputs).map((output) => kept(output, count)),
    };
  });
  return { ...empty, cells };
}

/** Consecutive pieces of one stream as one output: the kernel cuts a stream where it flushes. */
function joined(outputs: readonly Output[]): Output[] {
  const all: Output[] = [];
  for (const output of outputs) {
    const before = all.at(-1);
    if (output.output_type === 'stream' && before?.output_type === 'stream' && before.name === output.name)
      all[all.length - 1] = { ...before, text: textOf(before.text) + textOf(output.text) };
    else all.push(output);
  }
  return all;
}

function kept(output: Output, count: number): object {
  const { output_type } = output;
  if (output_type === 'stream') return { name: output.name, output_type, text: lines(textOf(output.text)) };
  if (output_type === 'error') return { ...output, traceback: [] };
  const data = Object.fromEntries(
    // The numbers of a picture are one line.
    Object.entries(output.data).map(([type, text]) => [
      type,
      type === 'image/png' ? textOf(text).trim() : lines(textOf(text)),
    ]),
  );
  const common = { data, metadata: output.metadata ?? {}, output_type };
  return output_type === 'execute_result' ? { ...common, execution_count: count } : common;
}

/**
 * Pages whose code continues from block to block, like a notebook: the blocks ` ```ts cell ` of a page are one program,
 * and so are its ` ```python cell `. A block ` ```text output ` after a cell is what that cell prints. In it, `…` stands
 * for anything within a line, and a line that is only `…` for any number of lines, also none.
 */

import type { CodeBlock, Page } from './markdown.ts';

/** A block of a program, and what it prints. */
export interface Cell {
  readonly code: string;
  readonly line: number;
  /** Absent if the page does not show it. */
  readonly output?: string;
}

/** Printed between the outputs of cells. */
const SEPARATOR = '\u001e';

/**
 * The cells of a page in a language.
 * @throws Error naming the line of an output that follows no cell
 */
export function cellsOf({ blocks }: Pick<Page, 'blocks'>, language: string): Cell[] {
  const cells: Cell[] = [];
  let before: CodeBlock | undefined;
  for (const block of blocks) {
    if (block.role === 'cell' && block.language === language)
      cells.push({ code: block.code, line: block.line });
    if (block.role === 'output') {
      if (before?.role !== 'cell') throw new Error(`line ${block.line}: this output follows no cell`);
      if (before.language === language) cells.push({ ...cells.pop()!, output: block.code });
    }
    before = block;
  }
  return cells;
}

/** The cells as one program that marks the end of each cell. */
export function programOf(cells: readonly Cell[], print: string): string {
  return cells.map(({ code }) => `${code}\n${print}('\\u001e')\n`).join('');
}

/** What each cell printed; the last may be missing if the program failed. */
export function outputsOf(stdout: string): string[] {
  return stdout.split(`${SEPARATOR}\n`).map((text) => text.trimEnd());
}

/** Whether a text is as shown. */
export function matches(shown: string, printed: string): boolean {
  const lines = shown.trimEnd().split('\n');
  const pattern = lines.map((line, i) => {
    if (line.trim() === '…') return i === 0 ? String.raw`(?:.*\n)*` : String.raw`(?:\n.*)*`;
    const isFirst = i === 0 || (i === 1 && lines[0].trim() === '…');
    return (isFirst ? '' : String.raw`\n`) + line.split('…').map(literal).join('.*');
  });
  return new RegExp(`^${pattern.join('')}$`).test(printed.trimEnd());
}

/** A pattern for exactly this text. */
function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}

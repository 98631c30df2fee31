/** Image files that are the same, byte for byte. */

import { printable } from '../../core/printable.ts';

/** An image file as it was read. */
export interface ReadFile {
  readonly path: string;
  /** The digest of its bytes. */
  readonly digest: string;
  readonly label: string;
  readonly isTest: boolean;
}

/** What was found among the files. */
export interface Copies {
  /** Numbers of files that repeat one of their own class and split, with the path of that one. */
  readonly repeated: ReadonlyMap<number, string>;
  /** Sentences on copies in several classes, and on copies in both splits. */
  readonly notices: readonly string[];
}

/**
 * Finds copies. Those of the same class and split can be left out; for others it is unknown which one is
 * right.
 * @param count numbers from 0 up to this are asked for
 * @param fileAt a file by its number; undefined for entries that are not files or were skipped
 */
export function findCopies(count: number, fileAt: (index: number) => ReadFile | undefined): Copies {
  const first = new Map<string, number>();
  const repeated = new Map<number, string>();
  const contradictions: string[] = [];
  const leaks: string[] = [];
  for (let index = 0; index < count; index++) {
    const file = fileAt(index);
    if (file === undefined) continue;
    const known = first.get(file.digest);
    const other = known === undefined ? undefined : fileAt(known);
    if (other === undefined) first.set(file.digest, index);
    else if (other.label !== file.label) contradictions.push(pairOf(other, file));
    else if (other.isTest !== file.isTest) leaks.push(pairOf(other, file));
    else repeated.set(index, other.path);
  }
  const notices: string[] = [];
  if (contradictions.length > 0) {
    notices.push(
      `${counted(contradictions.length)} also in another class, for example ${contradictions[0]}. All are kept, but one of the two labels is wrong.`,
    );
  }
  if (leaks.length > 0)
    notices.push(
      `${counted(leaks.length)} in both the training and the test images, for example ${leaks[0]}. All are kept, but the test accuracy will be too high.`,
    );
  return { repeated, notices };
}

function counted(count: number): string {
  return count === 1 ? '1 image file is' : `${count} image files are`;
}

function pairOf(a: ReadFile, b: ReadFile): string {
  return `${printable(a.path)} and ${printable(b.path)}`;
}

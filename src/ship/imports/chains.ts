/** The orders in which Linears form a chain, and what the names of modules say about their order. */

import type { FoundModule } from './modules.ts';

/** Most steps of the search. */
const MAX_STEPS = 10_000;

/**
 * Up to two orders in which each Linear takes what the one before it gives. Numbers in names ascend: `fc1`, `fc2`. Only if no
 * such order exists, they may be in any order. The alphabet says nothing.
 */
export function chainsOf(linears: readonly FoundModule[]): FoundModule[][] {
  const counted = findChains(linears, groupsOf(linears));
  return counted.length > 0 ? counted : findChains(linears, []);
}

/** @param groups Linears whose order among each other is known */
function findChains(
  linears: readonly FoundModule[],
  groups: readonly (readonly FoundModule[])[],
): FoundModule[][] {
  const found: FoundModule[][] = [];
  let steps = 0;
  const before = new Map(
    groups.flatMap((group) => group.slice(1).map((linear, i) => [linear, group[i]] as const)),
  );
  const extend = (chain: readonly FoundModule[], used: ReadonlySet<FoundModule>): void => {
    steps += 1;
    if (found.length === 2 || steps > MAX_STEPS) return;
    if (chain.length === linears.length) found.push([...chain]);
    const width = chain.at(-1)?.out;
    for (const next of linears) {
      const earlier = before.get(next);
      if (used.has(next) || (earlier !== undefined && !used.has(earlier))) continue;
      if (width === undefined || next.in === width) extend([...chain, next], new Set(used).add(next));
    }
  };
  extend([], new Set());
  // An order that was found before the search ended may not be the only one.
  return steps > MAX_STEPS && found.length === 1 ? [...found, ...found] : found;
}

/** Modules whose names differ only in numbers, in the order of these. */
function groupsOf(modules: readonly FoundModule[]): FoundModule[][] {
  const groups = new Map<string, FoundModule[]>();
  for (const module of modules) {
    const stem = module.name.replaceAll(/\d+/g, '#');
    groups.set(stem, [...(groups.get(stem) ?? []), module]);
  }
  return [...groups.values()].map((group) => group.sort((a, b) => compareNumbers(a.name, b.name)));
}

function compareNumbers(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => (name.match(/\d+/g) ?? []).map(Number));
  const at = left.findIndex((number, i) => number !== right[i]);
  return at < 0 ? 0 : left[at] - right[at];
}

/** Whether the names of modules differ only in numbers, which give their order. */
export function isCounted(modules: readonly FoundModule[]): boolean {
  return groupsOf(modules).length <= 1;
}

/** Whether a module belongs to another by its name: `fc1_norm` to `fc1`, `block.norm` to `block.fc`, `net.1` to `net.0`. */
export function isUnderCommonName(owner: FoundModule, { name }: FoundModule): boolean {
  const folder = (text: string): string => text.slice(0, text.lastIndexOf('.') + 1);
  const isPlace = /(^|\.)\d+$/;
  if (isPlace.test(owner.name) && isPlace.test(name)) return folder(owner.name) === folder(name);
  if (name.startsWith(owner.name)) return true;
  return /\d/.test(folder(name)) && folder(owner.name) === folder(name);
}

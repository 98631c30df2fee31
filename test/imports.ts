/** Reads the imports of the source and says which of them break the rules of docs/architecture.md. */

import { posix } from 'node:path';
import { roomOf, rooms } from '../scripts/rooms.ts';

/** One import, export-from or import() of a file. */
export interface Import {
  readonly specifier: string;
  /** Erased before the code runs. */
  readonly typeOnly: boolean;
}

/** Source files by path from the root, e.g. `src/core/errors.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** Where `node:*` and packages that need Node may be imported. */
const nodePlaces = /^src\/(platform\/node|node\.ts$|cli\/|serve\/)/;

/** Packages that run in a page as well. */
const pagePackages = new Set([
  'zod',
  'fastest-levenshtein',
  'umap-js',
  '@observablehq/plot',
  'fast-png',
  '@noble/hashes/sha2.js',
]);

/** Backends, reached through src/engine/create.ts alone. */
const concreteBackend = /^src\/engine\/(reference|wasm|webgpu)\//;

/** A backend's doors for the platform's workers: the messages, and the loop that a worker runs. */
const workerDoor = /^src\/engine\/[a-z]+\/(platform|protocol|worker-loop)\.ts$/;

/** Every import of a source text. Comments are left out; what looks like an import inside a string is not. */
export function importsOf(text: string): Import[] {
  const code = text.replaceAll(
    /\/\*[\s\S]*?\*\/|\/\/.*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`/g,
    (found) => (found.startsWith('/') ? '' : found),
  );
  const found: Import[] = [];
  const statement = /^[ \t]*(import|export)(\s+type)?\b([^'"`;=()]*?from)?\s*['"]([^'"\n]+)['"]/gm;
  for (const [, keyword, type, from, specifier] of code.matchAll(statement)) {
    if (keyword === 'import' || from !== undefined) found.push({ specifier, typeOnly: type !== undefined });
  }
  for (const [, specifier] of code.matchAll(/\bimport\(\s*['"`]([^'"`\n]+)['"`]\s*\)/g)) {
    found.push({ specifier, typeOnly: false });
  }
  return found;
}

/** One sentence for each broken rule. */
export function findViolations(sources: Sources): string[] {
  const violations: string[] = [];
  const graph = new Map<string, string[]>();
  for (const [file, text] of sources) {
    const isTest = file.endsWith('.test.ts');
    const targets: string[] = [];
    for (const { specifier } of importsOf(text)) {
      if (!specifier.startsWith('.')) {
        if (!isTest) violations.push(...checkPackage(file, specifier));
        continue;
      }
      const target = posix.join(posix.dirname(file), specifier);
      if (!sources.has(target)) {
        if (!isTest || target.startsWith('src/'))
          violations.push(`${file} imports ${specifier}, and ${target} is not there`);
        continue;
      }
      targets.push(target);
      violations.push(...checkDirection(file, target, isTest));
    }
    graph.set(file, targets);
  }
  return [...violations, ...findCycles(graph)];
}

function checkPackage(file: string, specifier: string): string[] {
  if (nodePlaces.test(file) || pagePackages.has(specifier)) return [];
  return [`${file} imports ${specifier}, which belongs under src/platform/node, src/cli or src/serve`];
}

function checkDirection(file: string, target: string, isTest: boolean): string[] {
  const found: string[] = [];
  const [from, to] = [file, target].map((path) => roomOf(path.replace(/^src\//, '')));
  if (from === undefined) return [`${file} is in no room of scripts/rooms.ts`];
  if (to === undefined) return [];
  if (!isTest && rooms.indexOf(to) > rooms.indexOf(from))
    found.push(`${file} imports ${target}, but ${from.path} must not know ${to.path}`);
  else if (!isTest && from.package === 'core' && to.package === 'couture')
    found.push(`${file} imports ${target}, but @couture/core must not know couture`);
  const hidden = concreteBackend.test(target) && !workerDoor.test(target);
  if (hidden && !isTest && !file.startsWith('src/engine/'))
    found.push(`${file} imports ${target}, but backends are reached through src/engine/create.ts`);
  const own = concreteBackend.exec(file)?.[0];
  const other = concreteBackend.exec(target)?.[0];
  if (own !== undefined && other !== undefined && own !== other && !isTest)
    found.push(`${file} imports ${target}, but backends must not know each other`);
  return found;
}

/** Cycles of imports, types included: two files that need each other are one file. */
function findCycles(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const cycles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === 'done') return;
    if (state.get(file) === 'open') {
      const cycle = [...path.slice(path.indexOf(file)), file];
      cycles.push(`import cycle: ${cycle.join(' → ')}`);
      return;
    }
    state.set(file, 'open');
    path.push(file);
    for (const target of graph.get(file) ?? []) visit(target);
    path.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) visit(file);
  return cycles;
}

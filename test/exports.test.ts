/** What the packages export: short at the top, and each name with a comment that editors show. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entries } from '../scripts/entries.ts';
import { type Exported, exportsOfFile } from './exported.ts';

const bySubpath = new Map(
  entries.map(({ subpath, source }) => [subpath, exportsOfFile(`src/${source}`)] as const),
);

/** Every exported declaration once. */
const all = new Map<string, Exported>();
for (const exported of bySubpath.values())
  for (const each of exported.values()) all.set(`${each.file} ${each.name}`, each);

const isType = ({ declaration }: Exported) => /^export (interface|type) /.test(declaration);

test('the top is a short table of contents', () => {
  const top = [...(bySubpath.get('.') ?? assert.fail('there is no top')).values()];
  const values = top.filter((each) => !isType(each)).length;
  // ImageClassifier is a class of which only the type is at the top.
  assert.ok(values <= 27, `${values} values`);
  assert.ok(top.length <= 60, `${top.length} names`);
  assert.ok(all.size > 250, `only ${all.size} names were found`);
});

test('everything exported has a comment', () => {
  const bare = [...all.values()].filter(({ comment }) => comment === undefined || comment === '');
  assert.deepEqual(
    bare.map(({ file, name }) => `${file}: ${name}`),
    [],
  );
});

/** The declaration alone: to its closing brace. */
function bodyOf({ declaration }: Exported): string {
  return declaration.slice(0, declaration.search(/^\}/m) + 1);
}

test('fields with arrays of numbers say what they hold', () => {
  const bare: string[] = [];
  for (const exported of all.values()) {
    if (!exported.declaration.startsWith('export interface')) continue;
    const fields = bodyOf(exported).matchAll(/(\*\/)?\n {2}(?:readonly )?(\w+)\??: ([^\n]*)/g);
    for (const [, commented, name, type] of fields)
      if (commented === undefined && /(Uint|Int|Float)\d+Array/.test(type))
        bare.push(`${exported.file}: ${exported.name}.${name}`);
  }
  assert.deepEqual(bare, []);
});

test('functions that throw say when', () => {
  const silent = [...all.values()].filter(
    (each) =>
      /^export (async )?function/.test(each.declaration) &&
      /throw new CoutureError/.test(bodyOf(each)) &&
      !each.comment?.includes('@throws'),
  );
  assert.deepEqual(
    silent.map(({ file, name }) => `${file}: ${name}`),
    [],
  );
});

/** What the packages export: short at the top, and each name with a comment that editors show. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
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

test('the comment of a value is a sentence, and not only a link or its name', () => {
  const empty = [...all.values()].filter((each) => {
    const { comment = '', name } = each;
    const own = comment.replace(/\{@link [^}]*\}/g, '').replaceAll(`\`${name}\``, '');
    // `@returns` alone is a sentence as well.
    return !isType(each) && (own.replace(/\n@throws[\s\S]*/, '').match(/\w+/g) ?? []).length < 4;
  });
  assert.deepEqual(
    empty.map(({ file, name, comment }) => `${file}: ${name}: ${comment}`),
    [],
  );
});

test('the functions of runs on Node say when they throw, and name their arguments', () => {
  const bound = [...all.values()].filter(({ declaration }) =>
    /^export const \w+[^;]*?=\s+onNode\(/.test(declaration),
  );
  assert.ok(bound.length > 20, `${bound.length} functions`);
  for (const { name, file, comment, declaration } of bound) {
    assert.ok(comment?.includes('@throws'), `${name} has no @throws`);
    // An argument that is taken apart has no name that a type could take over: editors would show rest_0.
    const [, room, work] = /^export const \w+ = onNode\((\w+)\.(\w+)/.exec(declaration) ?? [];
    if (room === undefined) continue;
    const source = readFileSync(file, 'utf8');
    const [, path = ''] = new RegExp(`import \\* as ${room} from '([^']+)'`).exec(source) ?? [];
    const text = exportsOfFile(posix.join(posix.dirname(file), path)).get(work)?.declaration ?? '';
    const parameters = text.slice(0, text.indexOf('): Promise'));
    assert.ok(parameters.length > 0 && !/,\s*\{/.test(parameters), `${name}: ${parameters}`);
  }
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

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as z from 'zod';
import { checkSchema, type SchemaMisfit } from './check-schema.ts';

const schema = z.strictObject({
  size: z.int().min(1).max(9),
  share: z.number().gt(0).lt(1).default(0.5),
  even: z.number().multipleOf(2).optional(),
  name: z.string().min(2).max(4).optional(),
  digest: z
    .string()
    .regex(/^[0-9a-f]{4}$/)
    .optional(),
  told: z.string().regex(/^a/, 'it does not begin with a').optional(),
  place: z
    .string()
    .regex(/^[a-z]+$/)
    .describe('a name of lowercase letters')
    .nullable()
    .describe('where')
    .optional(),
  kind: z.enum(['plain', 'fancy']).optional(),
  version: z.literal(2).optional(),
  on: z.boolean().optional(),
  list: z
    .array(
      z.discriminatedUnion('type', [
        z.strictObject({ type: z.literal('one'), width: z.number() }),
        z.strictObject({ type: z.literal('two') }),
      ]),
    )
    .max(2)
    .optional(),
  table: z
    .record(z.string(), z.strictObject({ height: z.number() }))
    .nullable()
    .optional(),
});

class Misfit extends Error {
  readonly hint: string | undefined;

  constructor({ what, hint }: SchemaMisfit) {
    super(what);
    this.hint = hint;
  }
}

test('what fits comes back as the schema has it', () => {
  assert.deepEqual(
    checkSchema(schema, { size: 3 }, (misfit) => new Misfit(misfit)),
    { size: 3, share: 0.5 },
  );
});

const wrong: readonly [value: unknown, what: string, hint?: string][] = [
  [7, 'it must be an object, not the number 7'],
  [{}, 'size is missing'],
  [{ size: '3' }, 'size must be a number, not the string "3"'],
  [{ size: 1.5 }, 'size must be a whole number, not the number 1.5'],
  [{ size: 0 }, 'size must be at least 1, not the number 0'],
  [{ size: 10 }, 'size must be at most 9, not the number 10'],
  [{ size: 1, share: 0 }, 'share must be above 0, not the number 0'],
  [{ size: 1, share: 1 }, 'share must be below 1, not the number 1'],
  [{ size: 1, share: Number.NaN }, 'share must be a number, not the number NaN'],
  [{ size: 1, even: 3 }, 'even must be a multiple of 2, not the number 3'],
  [{ size: 1, name: 'x' }, 'name must have at least 2 characters, not 1'],
  [{ size: 1, digest: 'xyz' }, 'digest has an invalid form: the string "xyz"'],
  [{ size: 1, place: 'A' }, 'place must be a name of lowercase letters, not the string "A"'],
  [{ size: 1, told: 'b' }, 'told: it does not begin with a'],
  [
    { size: 1, kind: 'plian' },
    'kind must be "plain" or "fancy", not the string "plian"',
    'Did you mean plain?',
  ],
  [{ size: 1, version: 3 }, 'version must be 2, not the number 3'],
  [{ size: 1, on: 'yes' }, 'on must be true or false, not the string "yes"'],
  [
    { size: 1, list: [{ type: 'two' }, { type: 'one', width: null }] },
    'list[1].width must be a number, not null',
  ],
  [
    { size: 1, list: [{ type: 'tow' }] },
    'list[0].type must be "one" or "two", not the string "tow"',
    'Did you mean two?',
  ],
  [
    { size: 1, list: [{ type: 'one', width: 1, widht: 1 }] },
    'list[0] has an unknown key "widht"',
    'Did you mean width?',
  ],
  [{ size: 1, list: [1, 2] }, 'list[0] must be an object, not the number 1'],
  [
    { size: 1, list: Array.from({ length: 3 }, () => ({ type: 'two' })) },
    'list must have at most 2 items, not 3',
  ],
  [
    { size: 1, table: { '\x1b[2J': { height: 'x' } } },
    'table.\\x1b[2J.height must be a number, not the string "x"',
  ],
  [{ size: 1, siez: 2 }, 'it has an unknown key "siez"', 'Did you mean size?'],
  [
    { size: 1, table: { a: { heigth: 1, height: 2 } } },
    'table.a has an unknown key "heigth"',
    'Did you mean height?',
  ],
];

for (const [value, what, hint] of wrong) {
  test(`${JSON.stringify(value)}: ${what}`, () => {
    assert.throws(
      () => checkSchema(schema, value, (misfit) => new Misfit(misfit)),
      (error) => {
        assert.ok(error instanceof Misfit);
        assert.equal(error.message, what);
        if (hint !== undefined) assert.equal(error.hint, hint);
        return true;
      },
    );
  });
}

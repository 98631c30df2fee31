import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CoutureError } from './errors.ts';
import { jsonOrNone, parseJson } from './json.ts';
import { decodeExactly, decodeText } from './text.ts';

test('whatever JSON.parse takes of texts without equal keys, it takes to the same value, and nothing else', () => {
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 6 }),
      fc.nat(),
      fc.constantFrom(...'{}[]":,0-e.\\u \n\x00'),
      (json, at, put) => {
        if (!json.includes('"__proto__"')) assert.deepEqual(parseJson(json, 'x'), JSON.parse(json));
        const place = at % (json.length + 1);
        const changed = json.slice(0, place) + put + json.slice(place + (at % 2));
        let expected: unknown;
        try {
          expected = JSON.parse(changed);
        } catch {
          assert.throws(() => parseJson(changed, 'x'), CoutureError);
          return;
        }
        const found = jsonOrNone(changed);
        if (found !== undefined) assert.deepEqual(found, expected);
      },
    ),
    { numRuns: 3000, seed: 14 },
  );
});

test('what is wrong is named with its line and column', () => {
  for (const [text, message] of [
    ['', 'f, line 1, column 1: it is not valid JSON: expected a value.'],
    ['{\n  "a": 1,\n  "a": 2\n}', 'f, line 3, column 3: the key "a" appears twice.'],
    ['{"a": {"__proto__": {"polluted": 1}}}', 'f, line 1, column 8: the key "__proto__" is not allowed.'],
    ['{"\\u005f_proto__": 1}', 'f, line 1, column 2: the key "__proto__" is not allowed.'],
    ['{"a" 1}', 'f, line 1, column 6: it is not valid JSON: expected a colon after the key.'],
    ['{"a": 1,}', 'f, line 1, column 9: it is not valid JSON: expected a key in double quotes.'],
    ['{"a": 1 "b": 2}', 'f, line 1, column 9: it is not valid JSON: expected a comma or }.'],
    ['[1 2]', 'f, line 1, column 4: it is not valid JSON: expected a comma or ].'],
    ['[1]]', 'f, line 1, column 4: it is not valid JSON: there is text after its end.'],
    ['"abc', 'f, line 1, column 1: it is not valid JSON: a string is not closed.'],
    ['"a\nb"', 'f, line 1, column 3: it is not valid JSON: a string contains a control character.'],
    ['["\\x41"]', 'f, line 1, column 2: it is not valid JSON: a string has an unknown escape.'],
    ['[01]', 'f, line 1, column 2: it is not valid JSON: expected a value.'],
    ['[NaN]', 'f, line 1, column 2: it is not valid JSON: expected a value.'],
  ])
    assert.throws(() => parseJson(text, 'f', 'usage'), { kind: 'usage', message });
});

test('nesting has an end, and length has none', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  assert.deepEqual(parseJson(nested(100), 'f'), JSON.parse(nested(100)));
  assert.throws(() => parseJson(nested(1_000_000), 'f'), /column 101: it is nested deeper than 100 levels/);
  const long = `${'é"\\'.repeat(1000)}${'x'.repeat(4_000_000)}`;
  assert.equal(parseJson(JSON.stringify(long), 'f'), long);
  assert.throws(() => parseJson('1'.repeat(4_000_000), 'f'), /a expected a value|after its end/);
});

test('text with a byte order mark is read, and bytes that are no text are refused', () => {
  const text = '{"name": "Gänse 鹅 🦆"}';
  const utf16 = (swap: boolean) => {
    const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
    return Uint8Array.from(swap ? bytes.swap16() : bytes);
  };
  const marked = Uint8Array.from(Buffer.from(`\ufeff${text}`));
  for (const bytes of [Buffer.from(text), marked, utf16(false), utf16(true)])
    assert.equal(decodeText(bytes, 'f'), text);
  assert.throws(() => decodeText(Uint8Array.of(0x22, 0xff, 0x22), 'f'), {
    kind: 'data',
    message: 'f is not valid UTF-8 text.',
  });
  assert.throws(() => decodeText(Uint8Array.of(0xff, 0xfe, 0x00, 0xd8), 'f'), /not valid UTF-16LE text/);
  assert.equal(decodeText(new Uint8Array(), 'f'), '');
  assert.equal(decodeExactly(marked, 'f'), `\ufeff${text}`, 'what is written back stays as it is');
  for (const bytes of [utf16(false), Uint8Array.of(0xe4)])
    assert.throws(() => decodeExactly(bytes, 'f', 'usage'), {
      kind: 'usage',
      message: 'f is not valid UTF-8 text.',
    });
});

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { dataError, entriesOf, listed, orDataError, pixelsOf } from '../../../test/reader-checks.ts';
import { bytesSource } from './bytes.ts';
import { csvRows } from './csv-rows.ts';
import { readFiles, readOneFile } from './read.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function* pieces(content: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}

/** All rows with their lines, from a file that is cut into pieces. */
async function rows(content: string | Uint8Array, size = 1000): Promise<string[][]> {
  const found: string[][] = [];
  const whole = typeof content === 'string' ? bytes(content) : content;
  for await (const row of csvRows(pieces(whole, size), 'f.csv')) {
    const fields = Array.from({ length: row.length }, (_, column) => row.text(column));
    found.push([String(row.line), ...fields]);
  }
  return found;
}

describe('rows of CSV', () => {
  it('have quoted fields, either line end, a byte order mark and three separators', async () => {
    const expected = [
      ['1', 'a', 'b'],
      ['2', 'x;y', 'say "hi"'],
      ['5', 'two\nlines', ''],
    ];
    for (const separator of [',', ';', '\t'])
      for (const end of ['\n', '\r\n'])
        for (const mark of ['', '\ufeff'])
          for (const last of ['', end]) {
            const text = [
              `${mark}a${separator} b`,
              `"x;y"${separator}"say ""hi"""`,
              '',
              '',
              `"two\nlines"${separator}`,
            ].join(end);
            assert.deepEqual(await rows(text + last), expected);
          }
  });

  it('do not depend on where the stream is cut', async () => {
    const field = fc.string({
      unit: fc.constantFrom('a', '1', ',', '"', '\n', '\r', ' ', 'é'),
      maxLength: 6,
    });
    const written = fc.array(fc.tuple(field, field), { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(written, fc.integer({ min: 1, max: 9 }), async (fields, size) => {
        const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
        const text = fields.map((row) => row.map(quote).join(',')).join('\r\n');
        const found = await rows(text, size);
        assert.deepEqual(
          found.map(([, ...row]) => row),
          fields.map((row) => [...row]),
        );
      }),
      { numRuns: 300 },
    );
  });

  it('are refused with their line', async () => {
    await assert.rejects(
      rows('a,b\n1,2\n3'),
      dataError(/^f\.csv, line 3: this row has 1 columns, but the first row has 2/),
    );
    await assert.rejects(
      rows('a,b\n"1,2\n3,4\n'),
      dataError(/^f\.csv, line 2: a double quote is never closed/),
    );
    await assert.rejects(rows('a,b\n1,"2"x\n'), dataError(/^f\.csv, line 2, column 2: "2"x is not quoted/));
    await assert.rejects(rows(Uint8Array.of(0xff, 0xfe, 0x61, 0)), dataError(/UTF-16/));
    const latin = Uint8Array.from([...'a,f\u00fc\n'].map((c) => c.charCodeAt(0)));
    await assert.rejects(rows(latin), dataError(/^f\.csv, line 1, column 2: the text is not valid UTF-8/));
    for (const field of ['"', '"a"b"', '"a""', 'x"a"', '"""'])
      await assert.rejects(
        rows(`a,b\n1,${field}${field.length % 2 === 1 ? '' : ' '}\n`),
        dataError(/line 2/),
        field,
      );
    const long = 'y'.repeat(3 << 20);
    assert.deepEqual(await rows(`"${long}",2`, 1 << 20), [['1', long, '2']]);
    const endless = new Uint8Array(9 << 20).fill(0x61);
    await assert.rejects(rows(endless, 1 << 20), dataError(/the row has more than/));
  });

  it('of any bytes end in an error or in rows', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 80 }),
        fc.integer({ min: 1, max: 20 }),
        async (random, size) => {
          await orDataError(() => rows(random, size));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('tell whole numbers from everything else', async () => {
    const texts = ['0', '255', '12.0', ' 7 ', '"8"', '', '-1', '1.5', '1e2', 'x', '99999999999999999'];
    const expected = [0, 255, 12, 7, 8, -1, -1, -1, -1, -1, -1];
    for await (const row of csvRows(pieces(bytes(texts.join(',')), 100), 'f.csv'))
      assert.deepEqual(
        texts.map((_, column) => row.whole(column)),
        expected,
      );
  });
});

const one = async (text: string, name = 'digits.csv') => await readOneFile(bytesSource(bytes(text), name));

/** A row of a label and an image of `size` pixels. */
const row = (label: string, size: number, from = 0) =>
  [label, ...Array.from({ length: size }, (_, i) => (i + from) % 256)].join(',');
const header = (size: number) => ['label', ...Array.from({ length: size }, (_, i) => `pixel${i}`)].join(',');

describe("Kaggle's form", () => {
  it('is read with and without a header, gray and color', async () => {
    for (const text of [
      `${header(16)}\n${row('3', 16)}\n${row('a', 16, 5)}`,
      `${row('3.0', 16)}\n${row('a', 16, 5)}\n`,
    ]) {
      const { train, test, format } = await one(text);
      assert.equal(format, 'csv');
      assert.equal(test, null);
      assert.deepEqual(listed(train), ['3: digits.csv, image 0', 'a: digits.csv, image 1']);
      const { data, height, width, channels } = await pixelsOf(train, 1);
      assert.deepEqual([height, width, channels], [4, 4, 1]);
      assert.deepEqual(
        data,
        Uint8Array.from({ length: 16 }, (_, i) => i + 5),
      );
    }
    const color = await pixelsOf((await one(`${row('0', 48)}\n${row('1', 48)}`)).train, 0);
    assert.deepEqual([color.height, color.width, color.channels], [4, 4, 3]);
  });

  it('finds the label wherever it is called so, and passes over an index', async () => {
    const names = ['', 'p0', ...Array.from({ length: 15 }, (_, i) => `p${i + 1}`), 'Class'];
    const values = (label: string) => ['17', ...Array.from({ length: 16 }, (_, i) => String(i)), label];
    const { train } = await one(
      [names, values('x'), values('y')].map((fields) => fields.join(';')).join('\n'),
    );
    assert.deepEqual([train.labelOf(0), train.labelOf(1)], ['x', 'y']);
    assert.deepEqual(
      (await pixelsOf(train, 0)).data,
      Uint8Array.from({ length: 16 }, (_, i) => i),
    );
  });

  it('takes the test images from a file of its own, and says where it has no labels', async () => {
    const csv = `${header(16)}\n${row('0', 16)}\n${row('1', 16)}\n`;
    const unlabeled = `${header(16).slice('label,'.length)}\n${row('0', 15)}\n`;
    const both = await readFiles(entriesOf({ 'a_train.csv': csv, 'a_test.csv': csv }), 'a');
    assert.deepEqual([both.train.length, both.test?.length], [2, 2]);
    const kaggle = entriesOf({ 'train.csv': csv, 'test.csv': unlabeled, 'sample_submission.csv': 'a,b' });
    const found = await readFiles(kaggle, 'a');
    assert.deepEqual([found.train.length, found.test], [2, null]);
    assert.match(found.notices.join(), /test\.csv has no labels/);
    assert.deepEqual(
      found.passedOver.map(({ path }) => path),
      ['sample_submission.csv'],
    );
  });

  it('multiplies pixels of only 0 and 1, and says so', async () => {
    const bits = (label: string) => [label, ...Array.from({ length: 16 }, (_, i) => i % 2)].join(',');
    const { train, notices } = await one(`${bits('a')}\n${bits('b')}`);
    assert.deepEqual((await pixelsOf(train, 0)).data.subarray(0, 2), Uint8Array.of(0, 255));
    assert.match(notices.join(), /multiplied by 255/);
  });

  it('refuses each wrong value with line and column', async () => {
    const cases: [string, RegExp][] = [
      [
        `${header(16)}\n${row('0', 16)}\n1,256,${row('', 14).slice(1)},0`,
        /line 3, column 2 \(pixel0\): found "256"/,
      ],
      [`${row('0', 16)}\n${row('1', 15)},x`, /line 2, column 17: found "x"/],
      [`${row('0', 16)}\n${row('1', 15)},0.5`, /line 2, column 17: found "0\.5"/],
      [`${row('0', 16)}\n${row('', 16)}`, /line 2, column 1: the label is missing/],
      [`${header(17)}\n${row('0', 17)}`, /line 1: 17 columns of pixels do not make a square/],
      [`${header(16)}\n`, /no rows below its header/],
      ['\n\n', /no rows/],
    ];
    for (const [text, pattern] of cases) await assert.rejects(one(text), dataError(pattern));
  });
});

describe('lists of paths', () => {
  const files = { 'a/1.png': '1', 'a/2.png': '2', 'b.jpg': '3' };

  it('name files below their own folder', async () => {
    for (const text of ['path,label\na/1.png,x\n./b.jpg,y', 'a/1.png,x\nb.jpg,y\n', 'x;a\\1.png\ny;b.jpg']) {
      const { train } = await readFiles(entriesOf({ ...files, 'list.csv': text }), 'set');
      assert.deepEqual(listed(train), ['x: a/1.png', 'y: b.jpg']);
      assert.deepEqual(await train.read(1), { kind: 'file', bytes: bytes('3') });
    }
    const inner = entriesOf({ 'in/list.csv': 'id,breed\n1,x\n2,y', 'in/1.jpg': '', 'in/2.png': '' });
    assert.deepEqual(listed((await readFiles(inner, 'set')).train), ['x: in/1.jpg', 'y: in/2.png']);
  });

  it('may say the split', async () => {
    const text = 'split,file,class\ntrain,a/1.png,x\ntest,a/2.png,x\nTRAIN,b.jpg,y';
    const { train, test } = await readFiles(entriesOf({ ...files, 'list.csv': text }), 'set');
    assert.deepEqual(listed(train), ['x: a/1.png', 'y: b.jpg']);
    assert.deepEqual(listed(test), ['x: a/2.png']);
  });

  it('pass over files that are missing, and refuse what leaves the folder', async () => {
    const list = (text: string) => readFiles(entriesOf({ ...files, 'list.csv': text }), 'set');
    const { passedOver } = await list('path,label\na/1.png,x\nnone.png,y\nb.jpg,y');
    assert.deepEqual(passedOver, [{ path: 'none.png', reason: 'no such file (list.csv, line 3)' }]);
    const cases: [string, RegExp][] = [
      [
        'path,label\n../x.png,x',
        /list\.csv, line 2, column 1: the path "\.\.\/x\.png" leads outside its folder/,
      ],
      ['path,label\n/etc/passwd,x', /line 2, column 1: .* leads outside its folder/],
      ['path,label\na/1.png,', /line 2, column 2: the label is missing/],
      ['path,label\nq.png,x', /none of the 1 files exists; the first is "q\.png"/],
      ['path,label,split\na/1.png,x,later', /line 2, column 3: unknown split "later"/],
      [
        'label,pixel0,pixel1,pixel2,pixel3\n0,1,2,3,4',
        /^list\.csv, line 1: 4 columns of pixels are too few for an image\.$/,
      ],
      ['3,0,128,255\n1,2,3,4', /line 1: 3 columns of pixels are too few for an image/],
      ['what,ever\n1,2', /line 1: the columns "what, ever" do not describe images/],
    ];
    for (const [text, pattern] of cases) await assert.rejects(list(text), dataError(pattern));
  });
});

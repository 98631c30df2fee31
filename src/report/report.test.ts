/** What holds for every report, whatever the run and its names. What it does in a browser: test/long/report.test.ts. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { madeUpAudit, madeUpSplits } from '../../test/figures/audit-fixture.ts';
import { fixtures, hostileNames, makeInspection } from '../../test/figures/fixture.ts';
import { makeReportRun } from '../../test/report-fixture.ts';
import { auditExamples } from '../audit/examples.ts';
import { comparisonFigures, isUsual, runFigures } from '../figures/table.ts';
import type { Inspection } from '../inspect/inspection.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import type { PageData } from './page/page.ts';
import { writeReport } from './report.ts';

async function write(...inspections: Inspection[]): Promise<string> {
  return await writeReport({ runs: inspections.map(makeReportRun), document: nodeDocument() });
}

const parse = (text: string): Document => parseHTML(text).document;

for (const [name, make] of Object.entries(fixtures)) {
  describe(`the report of ${name}`, () => {
    let text: string;
    before(async () => {
      text = await write(make());
    });

    test('shows every figure that there is', async () => {
      const inspection = make();
      const page = parse(text);
      const shown = new Set(
        [...page.querySelectorAll('figure')].map((figure) => figure.getAttribute('data-name')),
      );
      const wanted = runFigures.filter((entry) => isUsual(entry, inspection)).map((entry) => entry.name);
      assert.deepEqual(
        [...wanted, 'accuracies'].filter((figure) => !shown.has(figure)),
        [],
      );
      for (const svg of page.querySelectorAll('figure svg'))
        assert.ok((svg.getAttribute('aria-label') ?? '').length > 40, 'each drawing has its words');
    });

    test('loads nothing, and holds no script but its own', async () => {
      const page = parse(text);
      for (const element of page.querySelectorAll('[src], [href]')) {
        const address = element.getAttribute('src') ?? element.getAttribute('href') ?? '';
        assert.match(address, /^(data:|#)/);
      }
      for (const element of page.querySelectorAll('*'))
        for (const { name: attribute } of element.attributes) assert.doesNotMatch(attribute, /^on/i);
      for (const style of page.querySelectorAll('style'))
        assert.doesNotMatch(style.textContent ?? '', /@import|url\(/);
      const scripts = [...page.querySelectorAll('script')];
      assert.deepEqual(
        scripts.map((script) => script.getAttribute('type')),
        ['application/json', null],
      );
      const digest = createHash('sha256')
        .update(scripts[1].textContent ?? '')
        .digest('base64');
      const policy = page
        .querySelector('meta[http-equiv="Content-Security-Policy"]')
        ?.getAttribute('content');
      assert.ok(policy?.includes(`script-src 'sha256-${digest}';`), policy ?? 'no policy');
      assert.ok(policy?.startsWith("default-src 'none';"));
    });

    test('is the same for the same run, and has sound headings and addresses', async () => {
      assert.ok((await write(make())) === text);
      const page = parse(text);
      const words = page.querySelector('main')?.textContent ?? '';
      assert.deepEqual(words.match(/.{20}(NaN|undefined|\[object|Infinity).{20}/g), null);
      const ids = [...page.querySelectorAll('[id]')].map(({ id }) => id);
      assert.deepEqual([...new Set(ids)], ids, 'every id is there once');
      for (const link of page.querySelectorAll('a[href^="#"]'))
        assert.ok(ids.includes(link.getAttribute('href')?.slice(1) ?? ''), link.outerHTML);
      assert.equal(page.querySelectorAll('h1').length, 1);
      assert.ok(page.querySelectorAll('main section > h2').length >= 8);
    });
  });
}

test('names are text wherever they stand', async () => {
  const inspection = fixtures.hostile();
  const text = await write(inspection, makeInspection({ run: 'b', classNames: hostileNames }));
  const page = parse(text);
  assert.equal(page.querySelectorAll('img[src="x"]').length, 0);
  assert.ok(page.querySelector('.opening')?.textContent?.includes(inspection.run));
  assert.match(page.querySelector('h1')?.textContent ?? '', /the baseline network/i);
  const data = JSON.parse(page.querySelector('#page-data')?.textContent ?? '');
  assert.deepEqual(data.classNames, hostileNames);
  assert.equal(data.runs[0].name, inspection.run);
});

test('however large the images and however many the classes, the file keeps to a size', async () => {
  const large = makeInspection({ shape: { height: 96, width: 128, channels: 3 }, hidden: [24] });
  const text = await write(large, { ...large, run: 'the same once more' });
  assert.ok(text.length < 12_500_000, `${text.length} characters`);
  const page = parse(text);
  const data: PageData = JSON.parse(page.querySelector('#page-data')?.textContent ?? '');
  assert.ok(data.sheet.width >= 32, `${data.sheet.width} pixels`);
  assert.ok(data.numbers.length > 100, `${data.numbers.length} images`);
  const thousand = makeInspection({
    classNames: Array.from({ length: 1000 }, (_, i) => `class ${i}`),
    shape: { height: 8, width: 8, channels: 1 },
    hidden: [20],
  });
  const many = await write(thousand);
  assert.ok(many.length < 2_500_000, `${many.length} characters`);
});

test('several runs stand side by side, each in its column, under the figures that compare them', async () => {
  const page = parse(
    await write(makeInspection({ run: 'one' }), makeInspection({ run: 'two', hidden: [30, 20] })),
  );
  for (const row of page.querySelectorAll('.runs')) {
    const columns = [...row.querySelectorAll('.run')].map((column) => column.getAttribute('data-run'));
    assert.deepEqual(columns, ['0', '1']);
  }
  assert.deepEqual(
    [...page.querySelectorAll('#accuracy figure')].map((figure) => figure.getAttribute('data-name')),
    comparisonFigures.map(({ name }) => name),
  );
  const titles = [...page.querySelectorAll('main h2')].map((title) => title.textContent ?? '');
  assert.ok(
    titles.some((title) => title.endsWith('The first network: one')),
    titles.join(),
  );
  assert.ok(
    titles.some((title) => title.endsWith('The second network: two')),
    titles.join(),
  );
  assert.equal(page.querySelectorAll('input[type="radio"][name="run"]').length, 3);
  const [one] = page.querySelectorAll('figure[data-name="confusion"]');
  assert.equal(one.getAttribute('data-matrix'), '0');
});

test('an audit is a chapter with the plain accuracy first', async () => {
  const { labels } = madeUpSplits.test;
  const run = makeReportRun({
    ...makeInspection({ classNames: madeUpAudit.classNames }),
    predictions: {
      labels,
      predicted: labels.map((label, i) => (i < 3 ? (label + 1) % 3 : label)),
      confidence: new Float32Array(labels.length).fill(0.9),
    },
  });
  const audit = { audit: madeUpAudit, examples: auditExamples(madeUpAudit, madeUpSplits) };
  const page = parse(await writeReport({ runs: [run], audit, document: nodeDocument() }));
  const rows = [...page.querySelectorAll('#audit tbody tr')].map(({ textContent }) => textContent ?? '');
  assert.equal(rows.length, 4);
  assert.match(rows[0], /^all test images75\.00% .* of 12$/);
  assert.equal(page.querySelectorAll('#audit figure').length, 2);
});

test('what it cannot be made of is refused', async () => {
  await assert.rejects(write(), { kind: 'usage' });
  const other = makeInspection();
  const stranger = { ...other, data: { ...other.data, dataset: 'another' } };
  await assert.rejects(write(other, stranger), { kind: 'usage', message: /the same data set/ });
  const larger = makeInspection({ shape: { height: 9, width: 8, channels: 1 } });
  await assert.rejects(write(other, larger), { kind: 'usage' }, 'the same name, but images of another size');
});

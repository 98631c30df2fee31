/** The report of a search: every figure, the best trials, what failed, and nothing from outside. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseHTML } from 'linkedom';
import { madeUpSearches } from '../../test/figures/search-fixture.ts';
import { searchFigures } from '../figures/search/index.ts';
import { nodeDocument } from '../platform/node/images/figures.ts';
import type { SearchSummary } from '../search/summary.ts';
import { writeSearchReport } from './search-report.ts';

for (const [name, make] of Object.entries(madeUpSearches)) {
  describe(`the report of a search: ${name}`, async () => {
    const summary = make();
    const text = await writeSearchReport({ summary, document: nodeDocument() });
    const { document: page } = parseHTML(text);

    test('shows every figure that there is, for wide and narrow screens', () => {
      const shown = [...page.querySelectorAll('figure')].map((figure) => figure.getAttribute('data-name'));
      const wanted = searchFigures.filter(({ has }) => has?.(summary) ?? true).map((entry) => entry.name);
      assert.deepEqual(shown, wanted);
      for (const figure of page.querySelectorAll('figure'))
        assert.equal(figure.querySelectorAll('svg').length, 2);
    });

    test('every link of the contents leads to a chapter', () => {
      for (const link of page.querySelectorAll('.contents a'))
        assert.ok(page.getElementById((link.getAttribute('href') ?? '#').slice(1)), link.outerHTML);
    });

    test('it loads nothing, and its words are whole', () => {
      assert.match(text, /content="default-src &#39;none&#39;; /);
      assert.doesNotMatch(text, /(?:src|href)="(?!data:|#)/);
      assert.equal(page.querySelectorAll('script').length, 1);
      for (const script of page.querySelectorAll('script')) script.remove();
      for (const style of page.querySelectorAll('style')) style.remove();
      assert.doesNotMatch(page.body.textContent ?? '', /NaN|undefined|Infinity|\[object|e\+308/);
    });
  });
}

test('the best trials come first, and failed ones are listed', async () => {
  const reportOf = async (summary: SearchSummary) =>
    parseHTML(
      await writeSearchReport({
        summary,
        facts: [['sampler', 'tpe <b>']],
        commands: ['npx couture tune --name widths'],
        document: nodeDocument(),
      }),
    ).document;
  const best = await reportOf(madeUpSearches.complete());
  const values = [...best.querySelectorAll('#best tbody tr')].map((row) =>
    Number(row.querySelector('td')?.textContent),
  );
  assert.equal(values.length, 10);
  assert.deepEqual(
    values,
    values.toSorted((a, b) => a - b),
  );
  const page = await reportOf(madeUpSearches['every state']());
  assert.equal(page.querySelectorAll('#failed tbody tr').length, 1);
  const searched = page.querySelector('#searched')?.textContent ?? '';
  assert.match(searched, /tpe <b>[\s\S]*hidden\[1\][\s\S]*\$layers is at least 2/);
  assert.match(
    page.querySelector('h1')?.textContent ?? '',
    /^Of \d+ trials, the best has a validation loss of 0\./,
  );
});

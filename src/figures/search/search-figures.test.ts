/** The figures of searches: what holds for every figure, and that they show what is true of their trials. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkLayout } from '../../../test/figures/layout.ts';
import { madeUpSearches } from '../../../test/figures/search-fixture.ts';
import { nodeDocument, renderPng } from '../../platform/node/images/figures.ts';
import { importances } from '../../search/importance/importance.ts';
import { bestTrial } from '../../search/trial.ts';
import { importancesOf, settingsText } from './common.ts';
import {
  drawHistory,
  drawImportance,
  drawParallel,
  drawSlices,
  drawTrialCurves,
  searchFigures,
} from './index.ts';

const document = nodeDocument();

for (const [name, make] of Object.entries(madeUpSearches)) {
  describe(`figures of a search: ${name}`, () => {
    const summary = make();
    const entries = searchFigures.filter(({ has }) => has?.(summary) ?? true);

    test('no text is cut off, covered by other text, or too small', () => {
      for (const { draw } of entries)
        for (const width of [320, 324, 544, 1000]) checkLayout(draw(summary, { document, width }), width);
    });

    test('they are well-formed, and say in words and numbers what they show', () => {
      for (const entry of entries) {
        const figure = entry.draw(summary, { document });
        assert.equal(figure.name, entry.name);
        assert.ok(renderPng(figure, { scale: 0.2 }).length > 100);
        assert.doesNotMatch(figure.svg, /NaN|undefined|Infinity|e\+308|⚠|<script|<b>/, figure.name);
        assert.match(figure.alt, /\d/);
        assert.doesNotMatch(figure.alt + figure.title, /NaN|undefined|Infinity|e\+308/);
      }
    });
  });
}

describe('what the figures show', () => {
  const summary = madeUpSearches.pruned();
  const best = bestTrial(summary.trials, 'minimize');
  assert.ok(best?.value !== undefined);
  const [pruned, complete] = (['pruned', 'complete'] as const).map((state) =>
    summary.trials.filter((trial) => trial.state === state),
  );

  test('history: a dot for each trial, with its settings under the pointer, and the best in the title', () => {
    const { svg, title } = drawHistory(summary, { document });
    assert.match(title, new RegExp(`^Trial ${best.number} is the best of 60 trials: validation loss 0\\.`));
    const told = new Set(
      [...svg.matchAll(/<title>trial (\d+): ([\d.]+)( \(pruned\))?\n/g)].map(([, n]) => n),
    );
    assert.equal(told.size, 60);
    assert.equal([...svg.matchAll(/ \(pruned\)\n/g)].length, pruned.length);
  });

  test('curves: the share of the epochs that were trained', () => {
    const trained = summary.trials.reduce((sum, { reports }) => sum + reports.length, 0);
    const { title, alt } = drawTrialCurves(summary, { document });
    assert.ok(title.startsWith(`${pruned.length} of 60 trials were pruned`), title);
    assert.ok(title.includes(`${Math.round((100 * trained) / (60 * 27))}% of all epochs`), title);
    assert.ok(alt.includes(`took ${trained} epochs`), alt);
  });

  test('parallel coordinates: a line for each trial', () => {
    const { svg, alt } = drawParallel(summary, { document });
    const lines = [...svg.matchAll(/<path [^>]*d="M/g)].length;
    // The best trial has a second, wider line.
    assert.equal(lines, complete.length + pruned.length + 1);
    assert.ok(alt.includes(`trial ${best.number} `), alt);
  });

  test('widths are told exactly, and the forest of a search is grown once', () => {
    const values = { 'hidden[0]': 1024, learningRate: 0.0012345 };
    assert.equal(settingsText(values), 'hidden[0] 1024, learningRate 0.001234');
    const whole = madeUpSearches.complete();
    assert.ok(importancesOf(whole));
    assert.equal(importancesOf(whole), importancesOf(whole));
  });

  test('importance: the bars of the analysis, the most important first', () => {
    const whole = madeUpSearches.complete();
    const found = importances(whole);
    assert.ok(found !== undefined);
    const { title, alt } = drawImportance(whole, found, { document });
    assert.match(title, /^(hidden\[0\]|learningRate) alone explains \d+% /);
    for (const { name, share } of found.parameters)
      assert.ok(alt.includes(`${name} ${(share * 100).toFixed(1)}%`), name);
  });

  test('slices: at most 12 panels, and only trials that have the parameter', () => {
    const { svg } = drawSlices(summary, { document, width: 1000 });
    const all = [...svg.matchAll(/<title>trial \d+/g)].length;
    const shown = Object.keys(summary.space).filter((name) =>
      new RegExp(`>${name.replaceAll(/[[\]$]/g, '\\$&')}<`).test(svg),
    );
    const counts = shown.map(
      (name) => summary.trials.filter(({ values }) => Object.hasOwn(values, name)).length,
    );
    assert.ok(
      counts.some((count) => count < summary.trials.length),
      'a parameter that not all trials have',
    );
    const dots = counts.reduce((sum, count) => sum + count, 0);
    // The best trial has a ring over its dot in each of its panels.
    const rings = shown.filter((name) => Object.hasOwn(best.values, name)).length;
    assert.deepEqual([shown.length, all], [12, dots + rings]);
  });
});

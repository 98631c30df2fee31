import assert from 'node:assert/strict';
import { test } from 'node:test';
import { csvRecord, predictionHeader, predictionRecord } from './csv.ts';

test('a field is quoted where it has a comma, a quote, a line end or space at its ends', () => {
  assert.equal(csvRecord(['a', 'b c', 1.5, true]), 'a,b c,1.5,true');
  assert.equal(
    csvRecord(['a,b', 'say "x"', 'two\nlines', ' led', '']),
    '"a,b","say ""x""","two\nlines"," led",',
  );
});

test('a prediction is a record under its header', () => {
  const classNames = ['T-shirt/top', 'bag, large'];
  const answer = { label: 'bag, large', index: 1, probabilities: [0.25, 0.75] };
  assert.equal(
    predictionHeader(classNames),
    'source,label,probability,probability of T-shirt/top,"probability of bag, large",unknown',
  );
  assert.equal(predictionRecord('a, b.png', answer), '"a, b.png","bag, large",0.75,0.25,0.75,');
  assert.equal(
    predictionRecord('c.png', { ...answer, unknown: true }),
    'c.png,"bag, large",0.75,0.25,0.75,true',
  );
  assert.equal(
    predictionRecord('c.png', { ...answer, unknown: false }),
    'c.png,"bag, large",0.75,0.25,0.75,false',
  );
});

/** The extractor of the documentation tests: what it misses would go untested in silence. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseMarkdown, slug } from './markdown.ts';

describe('parseMarkdown', () => {
  test('finds fenced code with its language, line and text', () => {
    const page = parseMarkdown(
      '# A\n\n```sh\nnpm start\n\nls\n```\n\n- item\n\n  ~~~~ts title="x"\n  const a = 1;\n    b();\n  ~~~\n  ~~~~\n',
    );
    assert.deepEqual(page.blocks, [
      { language: 'sh', role: '', code: 'npm start\n\nls', line: 3, skipped: undefined },
      { language: 'ts', role: '', code: 'const a = 1;\n  b();\n~~~', line: 11, skipped: undefined },
    ]);
  });

  test('the second word after the fence is the role of the block', () => {
    const page = parseMarkdown('```ts cell\na\n```\n\n```text output\nb\n```\n\n```ts title="x"\nc\n```');
    assert.deepEqual(
      page.blocks.map(({ language, role }) => [language, role]),
      [
        ['ts', 'cell'],
        ['text', 'output'],
        ['ts', ''],
      ],
    );
  });

  test('a marker skips the very next block, and only that', () => {
    const page = parseMarkdown(
      '<!-- no-test: takes an hour -->\n\n```sh\na\n```\n```sh\nb\n```\n<!-- no-test: x -->\nprose\n```sh\nc\n```',
    );
    assert.deepEqual(
      page.blocks.map(({ skipped }) => skipped),
      ['takes an hour', undefined, undefined],
    );
  });

  test('a marker needs a reason and a fence its end', () => {
    assert.throws(() => parseMarkdown('<!-- no-test -->\n```sh\na\n```'), /line 1: no-test needs a reason/);
    assert.throws(() => parseMarkdown('text\n```sh\na\n'), /line 2: .* never closed/);
  });

  test('finds links, images and HTML, but none in code', () => {
    const page = parseMarkdown(
      [
        'See [a](a.md#x "t"), ![b](img/b.png) and [![c](c.svg)](c.md); not `[d](d.md)`.',
        '<p><img width="3" src="e.png"></p>',
        '```md',
        '[f](f.md)',
        '```',
        '[ref]: g.md',
      ].join('\n'),
    );
    assert.deepEqual(
      page.links.map(({ target }) => target),
      ['a.md#x', 'img/b.png', 'c.svg', 'c.md', 'e.png', 'g.md'],
    );
    assert.equal(page.links.at(-1)?.line, 6);
  });

  test('anchors are those of GitHub', () => {
    assert.equal(slug('Use it from code'), 'use-it-from-code');
    assert.equal(slug('What `couture train` does, and [why](x.md)?'), 'what-couture-train-does-and-why');
    const { anchors } = parseMarkdown(
      '# A b\n## A b\n```sh\n# not one\n```\n<a id="own"></a>\n### 1. C ##\n',
    );
    assert.deepEqual([...anchors], ['a-b', 'a-b-1', 'own', '1-c']);
  });
});

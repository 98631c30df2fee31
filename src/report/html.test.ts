import assert from 'node:assert/strict';
import { test } from 'node:test';
import { html, jsonMarkup, trusted } from './html.ts';

test('values are escaped in content and in attributes, whatever they are', () => {
  const hostile = `"><img src=x onerror='alert(1)'>&amp;`;
  assert.equal(
    html`<p title="${hostile}">${hostile}</p>`.text,
    '<p title="&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;">&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;amp;</p>',
  );
});

test('markup passes once, in lists too; nothing is nothing, 0 is 0', () => {
  const items = ['<a>', 0, undefined, html`<b>${'&'}</b>`, [trusted('<i></i>')]];
  assert.equal(html`<p>${items}</p>`.text, '<p>&lt;a&gt;0<b>&amp;</b><i></i></p>');
});

test('JSON cannot end its script element and means the same', () => {
  const value = { name: '</script><script>alert(1)</script>', comment: '<!--' };
  const { text } = jsonMarkup(value);
  assert.ok(!text.includes('<'));
  assert.deepEqual(JSON.parse(text), value);
});

/** The site: its pages are made by scripts/site.ts, which also writes site.json. */

import { readFileSync } from 'node:fs';

const { sidebar, version } = JSON.parse(readFileSync(new URL('../site.json', import.meta.url), 'utf8'));

/** GitHub's anchors of headings, so that a link works in the repository and on the site. */
const slugify = (text) =>
  text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');

export default {
  title: 'Couture',
  description: 'Fully connected image classifiers in TypeScript, in Node and in the browser',
  lang: 'en-US',
  srcDir: 'pages',
  outDir: 'dist',
  cacheDir: 'node_modules/.vitepress',
  base: process.env.SITE_BASE ?? '/',
  // The reference is added after the pages.
  ignoreDeadLinks: [/^\/api\//],
  markdown: { anchor: { slugify }, toc: { slugify } },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    nav: [
      { text: 'Tutorial', link: '/docs/tutorial' },
      { text: 'Documentation', link: '/docs/' },
      { text: 'Reference', link: '/api/index.html', target: '_self' },
      { text: version, link: '/CHANGELOG' },
    ],
    sidebar,
  },
};

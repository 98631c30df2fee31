/**
 * The pages of the site, made of the repository's Markdown. Links between pages stay as they are. A link to any other file
 * of the repository, such as a source file, leads to a copy of it on the site.
 */

import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { type Notebook, type Output, textOf } from '../notebook/format.ts';

/** A group of the side bar. */
export interface Group {
  readonly text: string;
  readonly items: readonly { readonly text: string; readonly link: string }[];
}

const NOTEBOOK = 'notebooks/fashion-mnist';

/** The pages of a checkout, by their paths. */
export function pagesOf(root: string): string[] {
  const single = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'examples/README.md'];
  return [...single, ...globSync(['docs/**/*.md', 'models/*.md'], { cwd: root }).sort()].map(posixPath);
}

/** Writes all pages into `out`, and the files that they link to into `out/public/files`. */
export function writePages(root: string, out: string): void {
  rmSync(out, { recursive: true, force: true });
  const pages = pagesOf(root);
  for (const page of pages)
    write(join(out, named(page)), withLinks(readFileSync(join(root, page), 'utf8'), page));
  write(join(out, `${NOTEBOOK}.md`), notebookPage(root, join(out, dirname(NOTEBOOK))));

  function withLinks(text: string, page: string): string {
    return outsideCode(text, (part) =>
      part.replaceAll(
        /(\]\(|\b(?:src|href)=")([^)"\s#]+)(#[^)"\s]*)?/g,
        (whole, before, target, anchor = '') => {
          if (/^[a-z][a-z+.-]*:/i.test(target)) return whole;
          const path = posix.normalize(posix.join(posix.dirname(page), target));
          if (path === `${NOTEBOOK}.ipynb`) return `${before}${relative(page, `${NOTEBOOK}.md`)}`;
          if (pages.includes(path)) return `${before}${relative(page, named(path))}${anchor}`;
          return `${before}${copied(page, path)}`;
        },
      ),
    );
  }

  /** The address of a copy. Pictures stay beside the page, so that the site's build knows them. */
  function copied(page: string, path: string): string {
    const source = join(root, path);
    if (!existsSync(source)) throw new Error(`${page} links to ${path}, which does not exist.`);
    if (/\.(svg|png|jpg)$/.test(path)) {
      copy(source, join(out, path));
      return relative(page, path);
    }
    if (statSync(source).isDirectory()) return `/files/${listing(path)}`;
    // VitePress takes a name without a known ending for a page.
    const name = /(\.service|\/\w+)$/.test(path) ? `${path}.txt` : path;
    copy(source, join(out, 'public/files', name));
    return `/files/${name}`;
  }

  /** A folder as a text file of its names. */
  function listing(folder: string): string {
    const names = globSync('**/*', { cwd: join(root, folder) }).sort();
    write(join(out, 'public/files', folder, 'contents.txt'), `${names.join('\n')}\n`);
    return `${posix.join(folder, 'contents.txt')}`;
  }
}

/** The side bar, as docs/README.md has it: a line in bold begins a group, and the first link of an item is its page. */
export function sidebarOf(root: string): Group[] {
  const groups: { text: string; items: { text: string; link: string }[] }[] = [];
  for (const line of readFileSync(join(root, 'docs/README.md'), 'utf8').split('\n')) {
    const heading = /^\*\*(.+)\*\*$/.exec(line)?.[1];
    if (heading !== undefined) groups.push({ text: heading, items: [] });
    for (const [, text, target] of line.matchAll(/\[([^\]]+)\]\(([^)#]+)\)/g)) {
      const path = posix
        .join('docs', target)
        .replace(/\.(md|ipynb)$/, '')
        .replace(/README$/, '');
      groups.at(-1)?.items.push({ text: text[0].toUpperCase() + text.slice(1), link: `/${path}` });
    }
  }
  return groups;
}

/** The notebook as a page. Its figures become files, in `folder`. */
function notebookPage(root: string, folder: string): string {
  const { cells } = JSON.parse(readFileSync(join(root, `${NOTEBOOK}.ipynb`), 'utf8')) as Notebook;
  let figures = 0;
  const shown = (output: Output): string => {
    if (output.output_type === 'stream') return fenced('text', textOf(output.text));
    if (output.output_type === 'error') return fenced('text', output.evalue);
    const { 'image/png': png, 'text/markdown': markdown, 'text/plain': plain } = output.data;
    if (png === undefined) return markdown === undefined ? fenced('text', textOf(plain)) : textOf(markdown);
    figures += 1;
    const name = `figure-${figures}.png`;
    write(join(folder, name), Buffer.from(textOf(png), 'base64'));
    return `![${textOf(plain).replaceAll(/[[\]]/g, '')}](./${name})`;
  };
  return cells
    .map((cell) =>
      cell.cell_type === 'code'
        ? [fenced('ts', textOf(cell.source)), ...cell.outputs.map(shown)].join('\n\n')
        : textOf(cell.source),
    )
    .join('\n\n');
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text.trimEnd()}\n\`\`\``;
}

/** Changes the parts of a page that are neither fenced nor inline code. */
function outsideCode(text: string, change: (part: string) => string): string {
  return text
    .split(/(^```.*?^```$|`[^`\n]*`)/ms)
    .map((part, i) => (i % 2 === 0 ? change(part) : part))
    .join('');
}

/** A folder's README is its index on the site. */
function named(page: string): string {
  return page.replace(/README\.md$/, 'index.md');
}

/** A path from a page to another file. */
function relative(page: string, path: string): string {
  const way = posix.relative(posix.dirname(page), path);
  return way.startsWith('.') ? way : `./${way}`;
}

function write(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

function posixPath(path: string): string {
  return path.replaceAll('\\', '/');
}

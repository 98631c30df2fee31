/** Reads what can be checked out of a Markdown page: fenced code, links, and the anchors of its headings. */

export interface CodeBlock {
  /** The first word after the fence, lower case. */
  readonly language: string;
  /** The second word: `cell` and `output` belong to the program of their page, see cells.ts. */
  readonly role: string;
  readonly code: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
  /** Why it is not run: from `<!-- no-test: reason -->` right before it. */
  readonly skipped: string | undefined;
}

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface Page {
  readonly blocks: readonly CodeBlock[];
  readonly links: readonly Link[];
  /** As GitHub makes them. */
  readonly anchors: ReadonlySet<string>;
  /** The page in the same folder whose program this one continues, from `<!-- continues: page.md -->`. */
  readonly continues: string | undefined;
}

const FENCE = /^(\s*)(`{3,}|~{3,})\s*([\w+-]*)(?:[ \t]+([a-z]+)[ \t]*$)?/;
const MARKER = /^\s*<!--\s*no-test\b:?\s*(.*?)\s*-->\s*$/;
const CONTINUES = /^\s*<!--\s*continues:\s*(\S+)\s*-->\s*$/;
const HEADING = /^#{1,6}\s+(.*?)\s*#*\s*$/;
/** [text](target "title"), ![alt](target), and `[name]: target`; then the HTML that GitHub allows. */
const LINK =
  /\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|^\[[^\]]+\]:\s*(\S+)|<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)="([^"]+)"/g;
const ANCHOR = /<\w+\b[^>]*?\b(?:id|name)="([^"]+)"/g;

/**
 * Parses a page.
 * @throws Error naming the line of a fence that is never closed, or of a marker without a reason
 */
export function parseMarkdown(text: string): Page {
  const lines = text.split(/\r?\n/);
  const blocks: CodeBlock[] = [];
  const links: Link[] = [];
  const anchors = new Set<string>();
  let marker: string | undefined;
  let continues: string | undefined;
  for (let i = 0; i < lines.length; i++) {
    const fence = FENCE.exec(lines[i]);
    if (fence !== null) {
      const [, indent, ticks, language, role = ''] = fence;
      const end = lines.findIndex((line, j) => j > i && isClosing(line, ticks));
      if (end < 0) throw new Error(`line ${i + 1}: this code block is never closed`);
      const code = lines
        .slice(i + 1, end)
        .map((line) => line.replace(new RegExp(`^\\s{0,${indent.length}}`), ''));
      blocks.push({
        language: language.toLowerCase(),
        role,
        code: code.join('\n'),
        line: i + 1,
        skipped: marker,
      });
      marker = undefined;
      i = end;
      continue;
    }
    const found = MARKER.exec(lines[i]);
    if (found !== null) {
      if (found[1] === '') throw new Error(`line ${i + 1}: no-test needs a reason`);
      marker = found[1];
    } else if (lines[i].trim() !== '') marker = undefined;
    continues ??= CONTINUES.exec(lines[i])?.[1];
    const heading = HEADING.exec(lines[i]);
    if (heading !== null) addAnchor(anchors, slug(heading[1]));
    const prose = lines[i].replaceAll(/`[^`]*`/g, '');
    for (const [, inline, reference, html] of prose.matchAll(LINK))
      links.push({ target: inline ?? reference ?? html, line: i + 1 });
    for (const [, id] of prose.matchAll(ANCHOR)) anchors.add(id);
  }
  return { blocks, links, anchors, continues };
}

/** As many of the same characters, or more, and nothing else. */
function isClosing(line: string, ticks: string): boolean {
  const trimmed = line.trim();
  return trimmed.length >= ticks.length && trimmed === ticks[0].repeat(trimmed.length);
}

/** GitHub's anchor of a heading: its text in lower case, without punctuation, spaces as hyphens. */
export function slug(heading: string): string {
  return heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-');
}

/** The second heading of the same text gets -1 behind it, and so on. */
function addAnchor(anchors: Set<string>, name: string): void {
  let unique = name;
  for (let i = 1; anchors.has(unique); i++) unique = `${name}-${i}`;
  anchors.add(unique);
}

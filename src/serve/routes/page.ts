/** GET /: a page to try the models. It loads its own files alone. */

import type { FastifyInstance } from 'fastify';
import { pageMarkup } from '../page/markup.ts';
import { startPage } from '../page/script.ts';
import { styleSheet } from '../page/style.ts';
import { policyText } from '../policy.ts';

/** What the page may load: its script, its style, and pictures that a person chose. */
export function pagePolicy(): string {
  return policyText({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': 'blob: data:',
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
  });
}

/** Adds the routes of the page and its two files. */
export function addPage(server: FastifyInstance): void {
  const files: Readonly<Record<string, readonly [type: string, text: string]>> = {
    '/': ['text/html; charset=utf-8', pageMarkup()],
    // Type-checked TypeScript, as text: it uses only what is inside of it.
    '/page.js': ['text/javascript; charset=utf-8', `(${startPage})();\n`],
    '/page.css': ['text/css; charset=utf-8', styleSheet()],
  };
  for (const [path, [type, text]] of Object.entries(files))
    server.get(
      path,
      { config: { isOpen: true } },
      async (_, reply) => await reply.type(type).header('Cache-Control', 'no-cache').send(text),
    );
}

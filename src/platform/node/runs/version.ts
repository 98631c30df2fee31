/** The version of Couture, from package.json, which lies at the same distance from src/ and dist/. */

import { readFileSync } from 'node:fs';

export function coutureVersion(): string {
  const text = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  const value: unknown = JSON.parse(text);
  const found = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined;
  if (typeof found !== 'string') throw new Error('package.json has no version');
  return found;
}

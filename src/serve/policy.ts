/** What the page of the Studio may load: its own files, and nothing from anywhere else. The build puts the same text into the page. */

/** Directives of the Content-Security-Policy that a page can state by itself. */
export const policy: Readonly<Record<string, string>> = {
  'default-src': "'none'",
  // The engine compiles WebAssembly.
  'script-src': "'self' 'wasm-unsafe-eval'",
  'worker-src': "'self'",
  'style-src': "'self'",
  // Images inside figures, and pictures that a person chose.
  'img-src': "'self' data: blob:",
  'media-src': 'blob:',
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
};

/** The policy as a header or a meta element has it. */
export function policyText(directives: Readonly<Record<string, string>> = policy): string {
  return Object.entries(directives)
    .map(([name, value]) => `${name} ${value}`)
    .join('; ');
}

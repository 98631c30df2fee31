import { defineConfig } from 'vite';

/** With these headers a page may share memory between threads, and the engine uses every core. It works without them. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};
const headers = process.env.ISOLATED === '0' ? {} : isolation;

export default defineConfig({
  server: { headers },
  preview: { headers },
});

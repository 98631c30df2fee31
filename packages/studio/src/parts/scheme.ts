/** Whether the page is light or dark now, for what is drawn on a canvas. */

import { computed, signal } from '@preact/signals';
import { theme } from '../state.ts';

const query = matchMedia('(prefers-color-scheme: dark)');
const preferred = signal<'light' | 'dark'>(query.matches ? 'dark' : 'light');
query.addEventListener('change', () => {
  preferred.value = query.matches ? 'dark' : 'light';
});

/** The colors of the page. */
export const scheme = computed(() => (theme.value === 'auto' ? preferred.value : theme.value));

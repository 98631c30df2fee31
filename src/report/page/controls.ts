/** The controls in the top bar: the shown run, and light or dark. */

import type { Page } from './page.ts';

/**
 * The switch between runs, which keeps the scroll position. A phone has no room for several runs side by
 * side, and one below the other they cannot be compared: it shows one, the first at first.
 */
export function watchRuns({ data, part }: Page): void {
  const root = document.documentElement;
  const phone = matchMedia('(max-width: 48rem)');
  /** Whether all runs were shown before the screen became narrow. */
  let wasAll = false;
  const fitScreen = (): void => {
    const isAll = root.getAttribute('data-show') === 'all';
    if (data.runs.length < 2 || (phone.matches ? !isAll : !wasAll)) return;
    wasAll = phone.matches;
    const shown = phone.matches ? '0' : 'all';
    const choice = document.querySelector<HTMLInputElement>(`input[name="run"][value="${shown}"]`);
    if (choice !== null) choice.checked = true;
    root.setAttribute('data-show', shown);
  };
  phone.addEventListener('change', fitScreen);
  fitScreen();
  for (const choice of document.querySelectorAll<HTMLInputElement>('input[name="run"]')) {
    choice.addEventListener('change', () => {
      wasAll = false;
      const line = part('bar').getBoundingClientRect().bottom;
      const seen = [...document.querySelectorAll('main section > *')].find(
        (element) => element.getBoundingClientRect().bottom > line,
      );
      const before = seen?.getBoundingClientRect();
      root.setAttribute('data-show', choice.value);
      const after = seen?.getBoundingClientRect();
      if (before === undefined || after === undefined) return;
      // Within a row of figures, keep the same share of it; otherwise keep the same distance to the next.
      const share = (line - before.top) / before.height;
      const top = share > 0 ? after.top + share * after.height - line : after.top - before.top;
      scrollBy({ top, behavior: 'instant' });
    });
  }
}

/** The button for light and dark; until it is pressed, the system decides. */
export function watchTheme({ part }: Pick<Page, 'part'>): void {
  const root = document.documentElement;
  const button = part('theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const current = (): string => root.getAttribute('data-theme') ?? (dark.matches ? 'dark' : 'light');
  const label = (): void => {
    button.textContent = current() === 'dark' ? 'Light' : 'Dark';
  };
  button.addEventListener('click', () => {
    root.setAttribute('data-theme', current() === 'dark' ? 'light' : 'dark');
    label();
  });
  dark.addEventListener('change', label);
  label();
}

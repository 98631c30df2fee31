/** Pictures of a study in the Studio: a real one, which the command line makes first. Part of `npm run studio-pictures`. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { bin } from '../test/command.ts';

/** Takes the settings of the search: a minute or two on two cores. */
const WORDS =
  'tune --recipe baseline --objective accuracy --trials 40 --epochs 6 --seed 1 --name widths'.split(' ');

/** What the pictures are taken with. */
export interface Camera {
  readonly page: Page;
  readonly picture: (page: Page, name: string) => Promise<void>;
  /** Changes to a phone in dark colors. */
  readonly onPhone: () => Promise<void>;
}

/** Makes a study below a folder, as `runs/tune/widths`. */
export async function makeStudy(folder: string): Promise<void> {
  const child = spawn(process.execPath, [bin, ...WORDS], {
    cwd: folder,
    env: { ...process.env, COUTURE_BACKEND: 'cpu', DATABASE_URL: '' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`couture tune ended with ${code}.`);
}

/** Takes the pictures; the page shows the view Runs. */
export async function pictureStudy({ page, picture, onPhone }: Camera): Promise<void> {
  const row = page.getByRole('region', { name: 'Studies' }).getByRole('button', { name: /^widths/ });
  const slices = page.locator('svg[data-figure=search-slices]');
  await row.click();
  await slices.waitFor({ timeout: 60_000 });
  await picture(page, 'study');
  await onPhone();
  await slices.waitFor();
  await page.locator('svg[data-figure=search-history]').evaluate((figure) => figure.scrollIntoView());
  await picture(page, 'phone-study-dark');
  await page.getByRole('button', { name: 'Runs and studies' }).click();
  await row.waitFor();
  await picture(page, 'phone-studies-dark');
}

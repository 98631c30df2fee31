/** Predictions a second of a camera that Chromium makes up, and where the time of one goes. */

import { chromium } from 'playwright-core';
import { openStudio, waitForData } from '../../test/studio.ts';

/** Seconds that are counted. */
const SECONDS = 10;

/** What the page noted of its requests, in milliseconds. */
interface Noted {
  readonly type: string;
  /** From the request to its answer. */
  readonly trip: number;
  /** What the worker says that preparing and predicting took. */
  readonly work: number | undefined;
}

/** Counts with the nearest images shown, once all images are there. */
export async function measureCamera(executablePath: string, url: string): Promise<void> {
  const device = ['--use-fake-device-for-media-stream=fps=30', '--use-fake-ui-for-media-stream'];
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', ...device] });
  try {
    const context = await browser.newContext();
    await context.addInitScript(noteRequests);
    const { page } = await openStudio(context, url);
    await waitForData(page);
    await page.locator('.nearest li').first().waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: 'Camera', exact: true }).click();
    await page.getByText('Picture of 64 x 64 pixels').waitFor();
    await page.evaluate(() => Reflect.get(window, 'noted').splice(0));
    await page.waitForTimeout(SECONDS * 1000);
    const noted: Noted[] = await page.evaluate(() => Reflect.get(window, 'noted').slice());
    const of = (type: string): Noted[] => noted.filter((one) => one.type === type);
    const predictions = of('predict');
    console.log(`Camera: ${(predictions.length / SECONDS).toFixed(1)} predictions a second.`);
    console.log(
      `  one: ${spread(predictions.map(({ trip }) => trip))} to its answer, of that ${spread(predictions.map(({ work }) => work ?? 0))} to prepare and predict`,
    );
    console.log(
      `  nearest images: ${of('nearest').length} times, ${spread(of('nearest').map(({ trip }) => trip))}`,
    );
    await context.close();
  } finally {
    await browser.close();
  }
}

function spread(times: number[]): string {
  if (times.length === 0) return 'never';
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.floor(share * (sorted.length - 1))].toFixed(0);
  return `${at(0.5)} ms (95%: ${at(0.95)} ms)`;
}

/** Runs in the page: notes each request of the page to its worker with its answer. */
function noteRequests(): void {
  const noted: unknown[] = [];
  Reflect.set(window, 'noted', noted);
  const asked = new Map<number, { readonly type: string; readonly at: number }>();
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (this: Worker, ...given: unknown[]) {
    const [message] = given as [{ type?: string; id?: number } | undefined];
    if (message?.type !== undefined && message.id !== undefined) {
      if (asked.size === 0)
        this.addEventListener('message', ({ data }) => {
          const question = asked.get(data?.id);
          if (question === undefined || data.type !== 'answer') return;
          const trip = performance.now() - question.at;
          noted.push({ type: question.type, trip, work: data.value?.milliseconds });
        });
      asked.set(message.id, { type: message.type, at: performance.now() });
    }
    return Reflect.apply(post, this, given);
  } as Worker['postMessage'];
}

/** The first thing that the page does: its worker starts to load while the page is still being set up. */

import { request } from './client.ts';

/** The set at hand, once the images of the host have come. */
export const opening = request('open', { address: new URL('data/', document.baseURI).href });
// Whoever waits for it gets the failure. Your own images do not need those of the host.
opening.catch(() => {});

/** The first thing that the page does: its worker starts to load while the page is still being set up. */

import { request } from './client.ts';

/** The set at hand, once the images of the host have come. */
export const opening = request('open', { address: new URL('data/', document.baseURI).href });
// Who waits for it hears of it; own images do not need those of the host.
opening.catch(() => {});

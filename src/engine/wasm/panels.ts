/** Panels: 16 features, outputs or rows that lie beside each other. */

import { PANEL } from './constants.ts';

export const panelsOf = (width: number): number => Math.ceil(width / PANEL);

/**
 * The entry of the page. It is set up in pieces, so that the browser hears its user between them: the worker starts first, then
 * come the schemas of the settings, then the views, and at last they are drawn.
 */

import 'virtual:couture-theme.css';
import './style.css';
import './styles/model.css';
import './styles/runs.css';
import './styles/studies.css';
import './styles/train.css';
import { opening } from './open.ts';
import './pause.ts';
import 'couture/train';
import './pause-again.ts';
import { render } from 'preact';
import { begin } from './actions.ts';
import { App } from './app.tsx';
import { beginSee } from './see-actions.ts';

const place = document.getElementById('app');
if (place === null) throw new Error('The page has no place for the Studio.');
begin(opening);
beginSee();
setTimeout(() => render(<App />, place));

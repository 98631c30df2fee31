/** The entry of the page. */

import 'virtual:couture-theme.css';
import './style.css';
import './styles/model.css';
import './styles/runs.css';
import './styles/studies.css';
import './styles/train.css';
import { render } from 'preact';
import { begin } from './actions.ts';
import { App } from './app.tsx';
import { beginSee } from './see-actions.ts';

const place = document.getElementById('app');
if (place === null) throw new Error('The page has no place for the Studio.');
begin();
beginSee();
render(<App />, place);

/** VitePress's own theme, with tables that fit a phone. */

import DefaultTheme from 'vitepress/theme';
import './tables.css';

export default DefaultTheme;

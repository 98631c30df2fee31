/** The style of the page to try the models: for any screen width, light and dark. */

import { pageColors } from '../../core/page-colors.ts';

/** The style sheet. */
export function styleSheet(): string {
  return rules;
}

const rules = `
${pageColors}:root {
  --bar: light-dark(#aab2bd, #606b7a);
  --best: light-dark(#2f7fd0, #4b9be6);
  --wrong: light-dark(#b3123f, #ff6f80);
  font: 1rem/1.5 system-ui, sans-serif;
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); overflow-wrap: break-word; }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2rem); }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.3rem 1rem; padding-block: clamp(1.2rem, 4vw, 2.4rem) 1.2rem; }
h1 { font-size: 1.7rem; letter-spacing: -0.02em; margin: 0; line-height: 1.2; }
h2 { font-size: 1rem; margin: 0 0 0.8rem; }
p { margin: 0; }
a { color: var(--accent); }
nav { display: flex; flex-wrap: wrap; gap: 0.2rem 1rem; margin-left: auto; }
main { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; align-items: start; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: clamp(1rem, 3vw, 1.5rem); min-width: 0; }
footer { padding-block: 1.5rem 2.5rem; font-size: 0.9rem; }
.soft { color: var(--soft); }
[hidden] { display: none !important; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
label { display: block; font-weight: 600; font-size: 0.92rem; margin: 1rem 0 0.3rem; }
form label, h2 + label { margin-top: 0; }
button, input, select { font: inherit; color: inherit; }
select, #token { width: 100%; min-height: 2.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.35rem 0.7rem; }
button { min-height: 2.75rem; background: var(--accent); color: var(--paper); border: 0; border-radius: 0.5rem; padding: 0.35rem 1.1rem; font-weight: 600; cursor: pointer; }
.row { display: flex; gap: 0.5rem; }
#token-form { margin-bottom: 1rem; }
#facts { font-size: 0.9rem; margin-top: 0.4rem; }
.drop { display: grid; justify-items: center; align-content: center; gap: 0.3rem; text-align: center; min-height: 13rem; padding: 1rem; font-weight: 400; font-size: 1rem; border: 2px dashed var(--line); border-radius: 0.8rem; cursor: pointer; }
.drop:hover, .drop.over { border-color: var(--accent); }
.drop:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
.drop b { color: var(--accent); }
.drop img { max-width: 100%; min-height: 7rem; max-height: 15rem; border-radius: 0.4rem; }
.drop input { position: absolute; width: 1px; height: 1px; opacity: 0; }
.lead { display: flex; gap: 1rem; align-items: center; margin-bottom: 1rem; }
.lead > div { min-width: 0; }
#seen { width: 7rem; height: 7rem; flex: none; object-fit: contain; image-rendering: pixelated; background: #000; border-radius: 0.5rem; }
.label { font-size: 1.6rem; font-weight: 700; line-height: 1.2; letter-spacing: -0.01em; }
.doubt { border-left: 4px solid var(--wrong); padding: 0.1rem 0 0.1rem 0.8rem; margin-bottom: 1rem; }
.failed { color: var(--wrong); }
#bars { list-style: none; margin: 0 0 1rem; padding: 0; display: grid; gap: 0.35rem; }
#bars li { display: grid; grid-template-columns: minmax(5.5rem, 8rem) minmax(0, 1fr) 3.6rem; gap: 0.6rem; align-items: center; font-size: 0.92rem; }
#bars i { display: block; height: 0.8rem; border-radius: 0.2rem; background: var(--bar); min-width: 1px; }
#bars li:first-child i { background: var(--best); }
#bars li:first-child { font-weight: 600; }
#bars span:last-child { text-align: right; font-variant-numeric: tabular-nums; }
details { border-top: 1px solid var(--line); padding: 0.6rem 0; }
summary { cursor: pointer; color: var(--soft); }
pre { margin: 0.6rem 0 0; padding: 0.8rem; overflow-x: auto; background: var(--paper); border-radius: 0.5rem; font-size: 0.82rem; max-height: 22rem; }
@media (max-width: 30rem) { nav { margin-left: 0; width: 100%; } }
`;

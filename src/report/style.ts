/** Styles of the report: for any screen width, light and dark, and print. */

import { pageColors } from '../core/page-colors.ts';

/** Rules that need the number of runs: each can be shown alone. */
function runRules(runs: number): string {
  return Array.from(
    { length: runs },
    (_, i) => `[data-show="${i}"] .run:not([data-run="${i}"]) { visibility: hidden; }`,
  ).join('\n');
}

/** The style sheet of a report with that many runs. */
export function styleSheet(runs: number): string {
  return `${rules}\n@media not print {\n${runRules(runs)}\n}\n`;
}

const rules = `
${pageColors}:root {
  --bar: 3.25rem;
  font: 1rem/1.6 system-ui, sans-serif;
  scroll-padding-top: calc(var(--bar) + 1rem);
}
[data-theme="light"] { color-scheme: light; }
[data-theme="dark"] { color-scheme: dark; }
* { box-sizing: border-box; }
body { margin: 0; overflow-anchor: none; background: var(--paper); color: var(--ink); overflow-wrap: break-word; }
a { color: var(--accent); }
h1, h2, h3 { line-height: 1.2; margin: 0; text-wrap: balance; }
h1 { font-size: clamp(1.7rem, 5vw, 2.8rem); letter-spacing: -0.02em; }
h2 { font-size: clamp(1.35rem, 3vw, 1.8rem); letter-spacing: -0.01em; }
h3 { font-size: 1.05rem; }
p { margin: 0.6rem 0; max-width: 46rem; }
:focus:not(:focus-visible) { outline: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
button, input { font: inherit; color: inherit; }
button { background: var(--card); border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.25rem 0.8rem; cursor: pointer; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: 1rem; top: 0.5rem; z-index: 9; background: var(--card); padding: 0.3rem 0.8rem; }

.opening { max-width: 100rem; margin: 0 auto; padding: clamp(1.5rem, 5vw, 4rem) clamp(1rem, 4vw, 3rem) 1.5rem; }
.opening .kind { color: var(--soft); margin: 0 0 0.5rem; }
.marks { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 17rem), 30rem)); margin-top: 1.5rem; max-width: 62rem; }
.mark { background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: 1rem 1.2rem; }
.mark b { display: block; font-size: 2.6rem; line-height: 1.15; letter-spacing: -0.03em; font-variant-numeric: tabular-nums; }
.mark p { margin: 0.2rem 0 0; color: var(--soft); font-size: 0.92rem; }

.name { display: inline-flex; align-items: center; gap: 0.45rem; font-weight: 600; }
.name i { width: 0.8rem; height: 0.8rem; border-radius: 50%; flex: none; }

.bar { position: sticky; top: 0; z-index: 5; background: color-mix(in srgb, var(--paper) 92%, transparent); backdrop-filter: blur(8px); border-block: 1px solid var(--line); }
.bar > div { display: flex; align-items: center; gap: 1rem; min-height: var(--bar); max-width: 100rem; margin: 0 auto; padding: 0.3rem clamp(1rem, 4vw, 3rem); }
.bar #theme { margin-left: auto; min-width: 4.2rem; }
.runs-switch { display: flex; gap: 0; border: 0; padding: 0; margin: 0; min-width: 0; overflow-x: auto; }
.runs-switch legend { float: left; padding: 0 0.7rem 0 0; color: var(--soft); align-self: center; }
.runs-switch label { position: relative; white-space: nowrap; }
.runs-switch input { position: absolute; inset: 0; margin: 0; opacity: 0; }
.runs-switch label > span { display: block; border: 1px solid var(--line); background: var(--card); padding: 0.25rem 0.8rem; margin-left: -1px; cursor: pointer; }
.runs-switch label:first-of-type > span { border-radius: 0.5rem 0 0 0.5rem; }
.runs-switch label:last-of-type > span { border-radius: 0 0.5rem 0.5rem 0; }
.runs-switch input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--paper); }
.runs-switch input:focus-visible + span { outline: 3px solid var(--accent); outline-offset: -5px; outline-color: var(--ink); }

.page { max-width: 100rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem) 4rem; display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 3rem; }
.contents { font-size: 0.92rem; padding-top: 1.2rem; }
.contents summary { cursor: pointer; color: var(--soft); }
.contents ol { margin: 0.4rem 0 0; padding-left: 1.9rem; }
.contents ol { columns: 15rem; }
.contents li { margin: 0 0 0.3rem; color: var(--soft); }
.contents a { text-decoration: none; color: var(--ink); }
.contents a:hover { text-decoration: underline; }
@media (min-width: 100rem) {
  .page { grid-template-columns: 13rem minmax(0, 1fr); }
  .contents { position: sticky; top: var(--bar); align-self: start; max-height: calc(100vh - var(--bar)); overflow-y: auto; padding-top: 3.2rem; }
}
section { padding-top: 3rem; }
section > h2 .number { color: var(--soft); font-weight: 400; margin-right: 0.6rem; }

.figures { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 36rem), 1fr)); align-items: start; margin-top: 1rem; }
.figures > figure:only-child { max-width: 48rem; }
.runs { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 36rem), 1fr)); margin-top: 1rem; }
.run { min-width: 0; display: grid; }
figure > .name { padding: 0 0 0.4rem 0.9rem; font-size: 0.9rem; }
figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 0.8rem; padding: 0.8rem; min-width: 0; }
.drawing { container-type: inline-size; overflow-x: auto; }
.drawing svg { display: block; width: 100%; max-width: 44rem; height: auto; margin: 0 auto; }
.drawing .narrow svg { max-width: 27rem; }
.drawing > svg { min-width: 34rem; }
.drawing .narrow { display: none; }
@container (width < 34rem) {
  .drawing .wide { display: none; }
  .drawing .narrow { display: block; }
}
figcaption { color: var(--soft); font-size: 0.9rem; padding: 0.3rem 0.9rem 0.2rem; }
figcaption p { margin: 0; max-width: none; }
figcaption .sentence { color: var(--ink); }
figcaption .hint { display: none; }
@media screen and (scripting: enabled) { figcaption .hint { display: block; } }
.lead { margin: 2.2rem 0 0; max-width: 46rem; }
.lead h3, .lead p { display: inline; font-size: 1rem; }
section > h3 { margin-top: 1.8rem; }
@media not print {
  [data-show]:not([data-show="all"]) .runs { grid-template-columns: minmax(0, 1fr); }
  [data-show]:not([data-show="all"]) .run { grid-area: 1 / 1; }
  [data-show]:not([data-show="all"]) .run .wide svg { max-width: 48rem; }
}

.scroll { overflow-x: auto; }
.sum { display: block; overflow-wrap: anywhere; max-width: 22rem; min-width: 12rem; }
table { border-collapse: collapse; font-size: 0.94rem; font-variant-numeric: tabular-nums; margin: 0.8rem 0; }
th, td { text-align: left; padding: 0.3rem 1.2rem 0.3rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; }
th[scope="row"] { min-width: 9rem; }
thead th { color: var(--soft); font-weight: 400; }
code, pre { font: 0.86rem/1.5 ui-monospace, monospace; }
pre { background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; padding: 0.7rem 0.9rem; overflow-x: auto; margin: 0.6rem 0; }

[data-cell][role], [data-cells][role] { cursor: pointer; }
[data-cell]:focus-visible, [data-cells]:focus-visible { outline: none; }
[data-cell]:hover, [data-cell]:focus-visible, [data-cells]:focus-visible { stroke: var(--accent); stroke-width: 3px; }
.dot-shown { stroke: var(--ink); stroke-width: 2px; opacity: 1; fill-opacity: 1; }
#tip { position: fixed; z-index: 8; pointer-events: none; background: var(--card); border: 1px solid var(--line); border-radius: 0.6rem; box-shadow: 0 6px 24px rgb(0 0 0 / 0.25); padding: 0.5rem; display: grid; justify-items: center; gap: 0.1rem; max-width: 15rem; text-align: center; font-size: 0.9rem; line-height: 1.3; }
#tip[hidden] { display: none; }
#tip small, .pictures small { color: var(--soft); }
canvas { display: block; max-width: 100%; image-rendering: pixelated; border-radius: 0.3rem; }
dialog { background: var(--card); color: var(--ink); border: 1px solid var(--line); border-radius: 0.9rem; padding: 0; width: min(60rem, calc(100vw - 2rem)); max-height: calc(100dvh - 3rem); }
dialog::backdrop { background: rgb(0 0 0 / 0.55); }
dialog > div { padding: 1.1rem 1.3rem 1.4rem; }
dialog header { display: flex; align-items: start; gap: 1rem; }
dialog header button { margin-left: auto; }
.pictures { list-style: none; margin: 0.8rem 0 0; padding: 0; display: grid; gap: 0.8rem; grid-template-columns: repeat(auto-fill, minmax(5.4rem, 1fr)); }
.pictures li { display: grid; justify-items: center; font-size: 0.85rem; line-height: 1.3; font-variant-numeric: tabular-nums; }
.pictures b { font-weight: 600; }
.pictures:has(span) { grid-template-columns: repeat(auto-fill, minmax(9.2rem, 1fr)); }
.pictures span { display: flex; align-items: baseline; gap: 0.3rem; justify-self: start; margin-inline: auto; min-width: 8.6rem; }
.pictures i { width: 0.55rem; height: 0.55rem; border-radius: 50%; flex: none; }
footer { color: var(--soft); font-size: 0.9rem; margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }

@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
@media (max-width: 48rem) and (scripting: enabled) {
  .runs-switch .all { display: none; }
  .runs-switch .all + label > span { border-radius: 0.5rem 0 0 0.5rem; }
}
@media (max-width: 40rem) {
  .page, .opening, .bar > div { padding-inline: 0.65rem; }
  figure { padding: 0.35rem; }
  .pictures { grid-template-columns: repeat(auto-fill, minmax(4.4rem, 1fr)); }
  .bar { font-size: 0.88rem; }
  .bar > div { gap: 0.6rem; }
  .bar button { padding-inline: 0.6rem; }
  .runs-switch label { flex: 0 1 auto; min-width: 3rem; }
  .runs-switch label > span { padding-inline: 0.4rem; font-size: 0.8rem; overflow: hidden; text-overflow: ellipsis; }
  .runs-switch legend { position: absolute; left: -99rem; }
}
@media print {
  :root { color-scheme: light; }
  .bar, .skip, dialog, #tip { display: none; }
  .contents { position: static; }
  .page { display: block; padding: 0; }
  :root { --paper: #fff; }
  .runs, .figures { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  figure, table, pre { break-inside: avoid; }
  h2, h3 { break-after: avoid; }
}
`;

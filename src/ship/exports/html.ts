/**
 * One HTML file: model, engine, drawing board, upload and camera. It opens from disk and loads nothing: its policy (CSP)
 * allows its own script and style, by their digests, and no connection.
 */

import { toBase64 } from '../../core/base64.ts';
import { count, percent } from '../../core/format.ts';
import { pageColors } from '../../core/page-colors.ts';
import { printable } from '../../core/printable.ts';
import { sha256 } from '../../core/sha256.ts';
import type { ExportModel, TestFigures } from './export-model.ts';
import type { Exported, ExportTools } from './format.ts';
import type { ModuleConfig } from './module-config.ts';
import { moduleParts } from './module-parts.ts';
import { moduleRuntime, pageRuntime, pageStyle } from './runtime.generated.ts';

/** Writes the file. */
export async function exportHtml(model: ExportModel, { measure }: ExportTools = {}): Promise<Exported> {
  const { config: planned, weights, rounded, stored } = moduleParts(model, true);
  const measured = rounded ? await measure?.(stored()) : null;
  const config: ModuleConfig = measured == null ? planned : { ...planned, test: measured, rounded: false };
  const script = inScript(
    `${moduleRuntime}\n${pageRuntime}\nvar model = couturePage.openPage(${JSON.stringify(config)});`,
  );
  const style = pageColors + pageStyle;
  const policy = [
    "default-src 'none'",
    `script-src ${await digest(script)} 'wasm-unsafe-eval'`,
    `style-src ${await digest(style)}`,
    'img-src data: blob:',
    "media-src 'self' blob:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<title>${escaped(printable(model.title))}</title>
<style>${style}</style>
</head>
<body>
${body}
<script type="text/plain" id="weights">${weights}</script>
<script>${script}</script>
</body>
</html>
`;
  return {
    files: [{ path: '', content: page }],
    notes: [
      ...(rounded
        ? [roundedNote(model.test, measured)]
        : ['The weights are exact, so the page gives the answers of couture predict.']),
      'Open the file in a browser. It needs no server and no network.',
    ],
  };
}

/** What the rounding means for the figures. */
function roundedNote(before: TestFigures | null, after: TestFigures | null | undefined): string {
  const exact = '`--to esm` writes a module with the exact weights.';
  const rounding = 'The weights are rounded to float16.';
  if (after != null) {
    const was = before === null ? '' : `; before the rounding it was ${percent(before.accuracy, 2)}`;
    return `${rounding} The accuracy of the page is ${percent(after.accuracy, 2)} of ${count(after.images)} test images${was}. ${exact}`;
  }
  if (before === null) return `${rounding} ${exact}`;
  return `${rounding} The accuracy in the page, ${percent(before.accuracy, 2)}, was measured before the rounding, and it says so. ${exact}`;
}

const body = `<header>
<h1 id="title"></h1>
<p id="facts"></p>
</header>
<noscript>This page needs JavaScript.</noscript>
<main>
<section aria-label="Picture">
<div class="tabs" role="tablist">
<button type="button" role="tab" id="tab-draw" aria-controls="stage">Draw</button>
<button type="button" role="tab" id="tab-picture" aria-controls="stage">Picture</button>
<button type="button" role="tab" id="tab-camera" aria-controls="stage">Camera</button>
</div>
<div class="stage" id="stage" role="tabpanel">
<canvas id="drawing" data-way="draw" width="448" height="448" aria-label="Drawing board"></canvas>
<div class="over" data-way="draw"><div class="hint" id="draw-hint"><b>Draw here</b>with a finger or the mouse</div></div>
<div class="over" data-way="picture"><div class="hint" id="drop-hint"><b>Choose a picture</b>or drop or paste one</div></div>
<canvas id="preview" data-way="picture" aria-label="The chosen picture"></canvas>
<video id="video" data-way="camera" muted playsinline></video>
</div>
<div class="tools" data-way="draw">
<label class="slider">Pen <input type="range" id="pen" min="8" max="96" value="34"></label>
<label class="slider" id="shade-label">Shade <input type="range" id="shade" min="0" max="255" value="225"></label>
<label id="ink-label">Color <input type="color" id="ink" value="#ffffff"></label>
<div class="pair"><button type="button" id="undo">Undo</button><button type="button" id="clear">Clear</button></div>
</div>
<div class="tools" data-way="picture camera">
<label class="button" data-way="picture">Choose file<input type="file" id="file" accept="image/png,image/jpeg,image/webp"></label>
<button type="button" id="turn" data-way="camera">Other camera</button>
<label class="push">Swap light and dark <select id="invert"><option value="model">auto</option><option value="no">no</option><option value="yes">yes</option></select></label>
</div>
</section>
<section id="answer" aria-label="Answer">
<div class="top">
<figure><canvas id="seen" width="28" height="28" aria-label="The image as the network sees it"></canvas>network input</figure>
<div aria-live="polite"><p id="label"></p><p id="sure"></p></div>
</div>
<ol id="bars"></ol>
<p id="bars-note"></p>
</section>
</main>
<footer><p>Everything happens in this page. No picture leaves this device.</p><p id="origin"></p></footer>`;

/** Code that cannot end its script element. Both forms stand only in strings and regular expressions, where these are the same. */
function inScript(code: string): string {
  return code.replaceAll(/<(\/script|!--)/gi, '\\x3c$1');
}

/** A source of a policy: the digest of an inline element. */
async function digest(text: string): Promise<string> {
  const hex = await sha256(new TextEncoder().encode(text));
  const bytes = Uint8Array.from({ length: hex.length / 2 }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
  return `'sha256-${toBase64(bytes)}'`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]);
}

/** The markup of the page to try the models. */

import { COUTURE_VERSION } from '../../core/version.ts';
import { html } from '../../report/html.ts';

/** The whole page. */
export function pageMarkup(): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Couture: try a model</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
<script src="page.js" defer></script>
</head>
<body>
<header>
  <h1>Couture</h1>
  <p>Try the models of this service with a picture.</p>
  <nav aria-label="Service">
    <a href="openapi.json">openapi.json</a>
    <a href="models">models</a>
    <a href="metrics">metrics</a>
  </nav>
</header>
<main>
  <section class="ask" aria-labelledby="ask-title">
    <h2 id="ask-title">Picture</h2>
    <form id="token-form" hidden>
      <label for="token">This service needs a token</label>
      <div class="row">
        <input id="token" type="password" autocomplete="off" spellcheck="false">
        <button>Use</button>
      </div>
    </form>
    <label for="model">Model</label>
    <select id="model" disabled></select>
    <p id="facts" class="soft"></p>
    <label id="drop" class="drop" for="file">
      <img id="picture" alt="The chosen picture" hidden>
      <span><b>Choose a picture</b>, drop it here, or paste it</span>
      <span class="soft">PNG, JPEG or WebP</span>
      <input id="file" type="file" accept="image/png,image/jpeg,image/webp">
    </label>
    <label for="invert">Light and dark</label>
    <select id="invert">
      <option value="">as the model says</option>
      <option value="auto">swap if the object is darker than its background</option>
      <option value="yes">always swap</option>
      <option value="no">never swap</option>
    </select>
  </section>
  <section class="told" aria-labelledby="told-title" aria-live="polite">
    <h2 id="told-title">Answer</h2>
    <p id="status" class="soft">No picture yet.</p>
    <div id="answer" hidden>
      <div class="lead">
        <canvas id="seen" width="1" height="1" role="img" aria-label="The picture as the network sees it"></canvas>
        <div>
          <p id="label" class="label"></p>
          <p id="sure" class="soft"></p>
        </div>
      </div>
      <p id="doubt" class="doubt" hidden></p>
      <ol id="bars"></ol>
      <details>
        <summary>The same request with curl</summary>
        <pre><code id="curl"></code></pre>
      </details>
      <details>
        <summary>The whole answer</summary>
        <pre><code id="whole"></code></pre>
      </details>
    </div>
  </section>
</main>
<footer class="soft">Couture ${COUTURE_VERSION}. Pictures go to this service only, and it does not keep them.</footer>
</body>
</html>
`.text;
}

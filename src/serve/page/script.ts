/**
 * The script of the page to try the models. It goes into the page by `Function.prototype.toString`, without a build step:
 * the function uses only what is inside of it.
 */

import type { ModelsAnswer, PredictAnswer } from '../schemas.ts';

/** Runs in the page. */
export function startPage(): void {
  /** Classes that are listed. */
  const SHOWN = 10;

  const find = <Found extends HTMLElement>(id: string): Found => document.getElementById(id) as Found;
  const select = find<HTMLSelectElement>('model');
  const invert = find<HTMLSelectElement>('invert');
  const picture = find<HTMLImageElement>('picture');
  const drop = find('drop');
  const status = find('status');
  let models: ModelsAnswer['models'] = [];
  let file: Blob | undefined;
  let token = '';
  /** The last request; answers of earlier ones are dropped. */
  let newest = 0;

  const percent = (share: number): string => `${(100 * share).toFixed(1)}%`;
  const say = (text: string, failed = false): void => {
    status.textContent = text;
    status.classList.toggle('failed', failed);
    status.hidden = text === '';
  };

  async function ask(path: string, options: RequestInit = {}): Promise<unknown> {
    const headers = new Headers(options.headers);
    if (token !== '') headers.set('Authorization', `Bearer ${token}`);
    const response = await fetch(path, { ...options, headers });
    const body = await response.json();
    if (response.ok) return body;
    if (response.status === 401) find('token-form').hidden = false;
    const { message, hint } = body.error;
    throw new Error(hint === undefined ? message : `${message} ${hint}`);
  }

  function describeModel(): void {
    const model = models.find(({ address }) => address === select.value);
    if (model === undefined) return;
    const { shape, classNames, revision, problem } = model;
    const colors = shape.channels === 3 ? 'color' : 'gray';
    find('facts').textContent =
      `${shape.height} x ${shape.width} pixels, ${colors}, ${classNames.length} classes, revision ${revision}.` +
      (problem === null ? '' : ` ${problem}`);
  }

  async function listModels(): Promise<void> {
    try {
      ({ models } = (await ask('models')) as ModelsAnswer);
    } catch (error) {
      say((error as Error).message, true);
      return;
    }
    find('token-form').hidden = true;
    select.replaceChildren(...models.map(({ address }) => new Option(address, address)));
    select.disabled = false;
    describeModel();
    if (file === undefined) say('No picture yet.');
    else await classify();
  }

  function showSeen({ shape, predictions: [{ seen }] }: PredictAnswer): void {
    const canvas = find<HTMLCanvasElement>('seen');
    const { width, height, channels } = shape;
    canvas.width = width;
    canvas.height = height;
    const bytes = Uint8Array.from(atob(seen ?? ''), (character) => character.charCodeAt(0));
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    for (let i = 0; i < width * height; i++)
      for (let k = 0; k < 3; k++) data[4 * i + k] = bytes[i * channels + (channels === 3 ? k : 0)];
    canvas.getContext('2d')?.putImageData(new ImageData(data, width, height), 0, 0);
  }

  function showBars({ classNames, predictions: [{ probabilities }] }: PredictAnswer): void {
    const order = probabilities.map((share, i) => ({ share, name: classNames[i] }));
    order.sort((a, b) => b.share - a.share);
    const rows = order.slice(0, SHOWN).map(({ share, name }) => {
      const row = document.createElement('li');
      const [title, track, number] = ['span', 'span', 'span'].map((tag) => document.createElement(tag));
      const bar = document.createElement('i');
      bar.style.width = percent(share);
      title.textContent = name;
      number.textContent = percent(share);
      track.append(bar);
      row.append(title, track, number);
      return row;
    });
    find('bars').replaceChildren(...rows);
  }

  function show(answer: PredictAnswer, path: string, milliseconds: number): void {
    const [{ label, index, probabilities, unlike, prepared }] = answer.predictions;
    find('label').textContent = label;
    const steps = [
      `${percent(probabilities[index])} sure`,
      ...(prepared?.inverted ? ['light and dark swapped'] : []),
      ...(prepared?.nothingFound ? ['no object found'] : []),
      `${Math.round(milliseconds)} ms`,
    ];
    find('sure').textContent = steps.join(', ');
    const doubt = find('doubt');
    doubt.hidden = unlike?.unlike !== true;
    doubt.textContent = unlike
      ? `Unlike the training data: score ${unlike.score.toFixed(1)}; only 2% of the validation images have a score above ${unlike.limit.toFixed(1)}.`
      : '';
    showSeen(answer);
    showBars(answer);
    const address = new URL(path, location.href).href;
    const bearer = token === '' ? '' : " -H 'Authorization: Bearer TOKEN'";
    find('curl').textContent =
      `curl -H 'Content-Type: ${file?.type}'${bearer} --data-binary @PICTURE \\\n  '${address}'`;
    find('whole').textContent = JSON.stringify(answer, null, 2);
    find('answer').hidden = false;
    say('');
  }

  async function classify(): Promise<void> {
    if (file === undefined || select.value === '') return;
    const own = ++newest;
    const query = new URLSearchParams({ seen: 'true' });
    if (invert.value !== '') query.set('invert', invert.value);
    const path = `models/${encodeURIComponent(select.value)}/predict?${query}`;
    if (find('answer').hidden) say('Waiting for the answer…');
    try {
      const started = performance.now();
      const options = { method: 'POST', headers: { 'Content-Type': file.type }, body: file };
      const answer = (await ask(path, options)) as PredictAnswer;
      if (own === newest) show(answer, path, performance.now() - started);
    } catch (error) {
      if (own !== newest) return;
      find('answer').hidden = true;
      say((error as Error).message, true);
    }
  }

  function choose(chosen: Blob | null | undefined): void {
    if (!chosen) return;
    // The service looks at the bytes; it needs one of the three types.
    const known = ['image/png', 'image/jpeg', 'image/webp'].includes(chosen.type);
    file = known ? chosen : new Blob([chosen], { type: 'image/png' });
    URL.revokeObjectURL(picture.src);
    picture.src = URL.createObjectURL(file);
    picture.hidden = false;
    void classify();
  }

  picture.addEventListener('error', () => {
    picture.hidden = true;
  });
  const field = find<HTMLInputElement>('file');
  field.addEventListener('change', () => choose(field.files?.[0]));
  select.addEventListener('change', () => {
    describeModel();
    void classify();
  });
  invert.addEventListener('change', () => void classify());
  for (const name of ['dragover', 'dragleave', 'drop'] as const)
    document.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle('over', name === 'dragover');
      if (name === 'drop') choose(event.dataTransfer?.files[0]);
    });
  document.addEventListener('paste', (event) => choose(event.clipboardData?.files[0]));
  find('token-form').addEventListener('submit', (event) => {
    event.preventDefault();
    token = find<HTMLInputElement>('token').value.trim();
    void listModels();
  });
  void listModels();
}

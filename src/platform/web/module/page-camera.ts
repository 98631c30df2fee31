/** The camera of an exported page: the middle square of each frame, a few times a second. */

import { byId, contextOf } from './page-elements.ts';

/** Milliseconds between two questions, and pixels of a side of the square. */
const PAUSE = 120;
const SIDE = 448;

/** The camera as the page uses it. */
export interface Camera {
  onFailure: (message: string) => void;
  start(): Promise<void>;
  stop(): void;
}

/** @param ask called with one frame after another */
export function openCamera(
  video: HTMLVideoElement,
  ask: (frame: HTMLCanvasElement) => Promise<void>,
): Camera {
  const square = document.createElement('canvas');
  square.width = SIDE;
  square.height = SIDE;
  let stream: MediaStream | undefined;
  /** Changes with every start and stop, so that what an earlier start still does ends. */
  let turn = 0;
  let facing: 'environment' | 'user' = 'environment';

  function stop(): void {
    turn += 1;
    for (const track of stream?.getTracks() ?? []) track.stop();
    stream = undefined;
    video.srcObject = null;
  }

  async function start(): Promise<void> {
    stop();
    const own = ++turn;
    // Undefined in a page that was loaded over plain HTTP, although the types deny it.
    const devices: MediaDevices | undefined = navigator.mediaDevices;
    try {
      if (devices === undefined) throw new Error('it needs HTTPS, or the file opened from disk');
      const opened = await devices.getUserMedia({ video: { facingMode: facing } });
      if (own !== turn) {
        for (const track of opened.getTracks()) track.stop();
        return;
      }
      stream = opened;
      video.srcObject = stream;
      video.classList.toggle('mirrored', facing === 'user');
      await video.play();
    } catch (error) {
      if (own === turn) camera.onFailure(`The camera cannot be used: ${reasonOf(error)}.`);
      return;
    }
    while (own === turn) {
      if (video.videoWidth > 0) {
        drawSquare();
        await ask(square);
      }
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
  }

  function drawSquare(): void {
    const { videoWidth, videoHeight } = video;
    const side = Math.min(videoWidth, videoHeight);
    const [left, top] = [(videoWidth - side) / 2, (videoHeight - side) / 2];
    contextOf(square).drawImage(video, left, top, side, side, 0, 0, SIDE, SIDE);
  }

  byId('turn').addEventListener('click', () => {
    facing = facing === 'user' ? 'environment' : 'user';
    void start();
  });
  const camera: Camera = { onFailure: () => {}, start, stop };
  return camera;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'NotAllowedError') return 'the browser was not allowed to use it';
  if (error.name === 'NotFoundError') return 'this device has none';
  return error.message.replace(/\.$/, '');
}

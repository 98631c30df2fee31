/** The camera: a picture of it in the page, and square frames for whoever asks. It is off when this part is gone. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { Problem } from './problem.tsx';

/** Side of a frame in pixels. */
const SIDE = 64;

interface CameraProps {
  /** Called with frames while `taking`, at most `rate` a second. */
  readonly onFrame: (frame: ImageData) => void;
  readonly taking: boolean;
  readonly rate: number;
}

/** The live picture. */
export function Camera({ onFrame, taking, rate }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const heard = useRef(onFrame);
  heard.current = onFrame;
  const [problem, setProblem] = useState<string | undefined>(undefined);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let gone = false;
    const begin = async (): Promise<void> => {
      try {
        const opened = await navigator.mediaDevices.getUserMedia({ video: { width: 320, height: 240 } });
        if (gone) return stop(opened);
        stream = opened;
        setProblem(undefined);
        if (video.current !== null) video.current.srcObject = opened;
        // Unplugged, or taken by another program: begin again with what is there.
        opened.getVideoTracks()[0]?.addEventListener('ended', () => {
          if (!gone) void begin();
        });
      } catch (error) {
        setProblem(reasonOf(error));
      }
    };
    void begin();
    return () => {
      gone = true;
      stop(stream);
    };
  }, []);
  useEffect(() => {
    if (!taking) return;
    const canvas = new OffscreenCanvas(SIDE, SIDE);
    const timer = setInterval(() => {
      const frame = video.current === null ? undefined : frameOf(video.current, canvas);
      if (frame !== undefined) heard.current(frame);
    }, 1000 / rate);
    return () => clearInterval(timer);
  }, [taking, rate]);
  return (
    <div class="camera">
      <video ref={video} autoplay muted playsinline aria-label="What the camera sees" />
      <Problem
        problem={
          problem === undefined
            ? undefined
            : { message: problem, hint: 'Allow the camera for this page, or draw instead.' }
        }
      />
    </div>
  );
}

function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

function reasonOf(error: unknown): string {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError') return 'The camera is not allowed for this page.';
  if (name === 'NotFoundError') return 'There is no camera.';
  if (name === 'NotReadableError') return 'Another program uses the camera.';
  return 'This page has no camera: it needs https: or localhost.';
}

/** The middle square of the picture; undefined before the first picture. */
function frameOf(video: HTMLVideoElement, canvas: OffscreenCanvas): ImageData | undefined {
  const { videoWidth: width, videoHeight: height } = video;
  const side = Math.min(width, height);
  if (side === 0) return undefined;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, (width - side) / 2, (height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  return context?.getImageData(0, 0, SIDE, SIDE);
}

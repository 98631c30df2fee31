/** The WebGPU backend: the program's ops as WGSL kernels, over the GPU object of the platform. */

import { CoutureError } from '../../core/errors.ts';
import { type ImageShape, imageSize, toPlanes } from '../../data/image-shape.ts';
import type { Backend, DeviceImages } from '../backend.ts';
import { countImages } from '../check-request.ts';
import { HALF_PRECISION } from '../fast-notice.ts';
import { Device, type DeviceOptions, usage } from './device.ts';
import { quadsOf } from './places.ts';
import { GpuSession, type HeldImages } from './session.ts';

/** @throws CoutureError of kind `backend` if no GPU is available */
export async function createWebGpuBackend(gpu: GPU, options: DeviceOptions = {}): Promise<Backend> {
  const device = await Device.open(gpu, options);
  const held = new WeakMap<DeviceImages, HeldImages>();
  const locate = (images: DeviceImages): HeldImages => {
    const found = held.get(images);
    if (found) return found;
    throw new CoutureError('usage', 'These images were uploaded to another backend or disposed of.');
  };
  return {
    info: {
      name: 'webgpu',
      variant: device.half ? `${device.name}, ${HALF_PRECISION}` : device.name,
      threads: 1,
    },
    async upload(images, shape) {
      const length = countImages(images, shape);
      const bytes = inQuads(images, shape);
      const buffer = await device.guard(() => {
        const made = device.buffer(bytes.length, usage.storage | usage.copyTarget, 'The images');
        device.queue.writeBuffer(made, 0, bytes);
        return made;
      });
      const uploaded: DeviceImages = {
        length,
        shape,
        dispose() {
          if (held.delete(uploaded)) buffer.destroy();
        },
      };
      held.set(uploaded, { buffer });
      return uploaded;
    },
    createSession: (program) => GpuSession.create({ device, locate }, program),
    dispose: () => Promise.resolve(device.dispose()),
  };
}

/** Images in planes, each filled up to whole words. */
function inQuads(images: Uint8Array, shape: ImageShape): Uint8Array<ArrayBuffer> {
  const size = imageSize(shape);
  const stride = 4 * quadsOf(size);
  const planes = toPlanes(images, shape);
  const count = images.length / size;
  const bytes = new Uint8Array(count * stride);
  if (stride === size) bytes.set(planes);
  else for (let i = 0; i < count; i++) bytes.set(planes.subarray(i * size, (i + 1) * size), i * stride);
  return bytes;
}

/** Processors that emulate a GPU: on them the WebGPU backend is tested in Node. */

import { Device } from '../src/engine/webgpu/device.ts';
import { nodeGpu } from '../src/platform/node/engine/gpu.ts';
import { type DriverName, driverEnvironment } from './vulkan-drivers.ts';

/**
 * Chooses the driver for the tests of this process.
 * @returns why nothing can be tested on it, which is also printed; false where it can
 */
export async function withoutGpu(driver: DriverName = 'SwiftShader'): Promise<string | false> {
  // Read by the Vulkan loader when Dawn starts. Whoever has set it wants that driver tested.
  const { VK_ICD_FILENAMES } = process.env;
  if (VK_ICD_FILENAMES === undefined) Object.assign(process.env, driverEnvironment(driver));
  try {
    const device = await Device.open(await nodeGpu(), { plain: false, fast: true });
    device.dispose();
    if (driver === 'lavapipe' && !device.half) throw new Error('This GPU has no half precision.');
    return false;
  } catch (error) {
    const { message } = error as Error;
    const reason = `The WebGPU tests need the package webgpu, libvulkan.so.1 and ${driver}: ${message}`;
    console.log(reason);
    return reason;
  }
}

/** SwiftShader, Chromium's Vulkan for machines without a GPU: on it the WebGPU backend is tested in Node. */

import { existsSync } from 'node:fs';
import { Device } from '../src/engine/webgpu/device.ts';
import { nodeGpu } from '../src/platform/node/engine/gpu.ts';

const swiftShader = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
].find(existsSync);
// Read by the Vulkan loader when Dawn starts. Whoever has set it wants that driver tested.
const { VK_ICD_FILENAMES } = process.env;
if (swiftShader !== undefined && VK_ICD_FILENAMES === undefined)
  Object.assign(process.env, { VK_ICD_FILENAMES: swiftShader });

/** Why nothing can be tested on a GPU, which is also printed; false where it can. */
export async function withoutGpu(): Promise<string | false> {
  try {
    const device = await Device.open(await nodeGpu());
    device.dispose();
    return false;
  } catch (error) {
    const { message } = error as Error;
    const reason = `The WebGPU tests need the package webgpu, libvulkan.so.1 and Chromium: ${message}`;
    console.log(reason);
    return reason;
  }
}

/** Processors that emulate a GPU, by the files that tell Vulkan of them. */

import { existsSync } from 'node:fs';

/** SwiftShader comes with Chromium, lavapipe with Mesa, which has to be of 2024 or later. */
const drivers = {
  SwiftShader: [
    '/usr/lib/chromium/vk_swiftshader_icd.json',
    '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
    '/opt/google/chrome/vk_swiftshader_icd.json',
  ],
  lavapipe: ['/usr/share/vulkan/icd.d/lvp_icd.x86_64.json', '/usr/share/vulkan/icd.d/lvp_icd.json'],
} as const;

export type DriverName = keyof typeof drivers;

/** The environment in which Dawn finds this driver and no other; undefined where the driver is missing. */
export function driverEnvironment(name: DriverName): { readonly VK_ICD_FILENAMES: string } | undefined {
  const file = drivers[name].find(existsSync);
  return file === undefined ? undefined : { VK_ICD_FILENAMES: file };
}

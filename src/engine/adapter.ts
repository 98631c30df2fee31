/** The description of a GPU, before anything runs on it. */

import { asGpu } from './as-gpu.ts';
import type { GpuObject } from './gpu-object.ts';

/** A WebGPU adapter. */
export interface Adapter {
  /** Its common name if it reports one: `NVIDIA H200`. */
  readonly name: string;
  /** The driver that it reports; empty in browsers. */
  readonly driver: string;
  /** Whether a processor emulates a GPU, as with SwiftShader and llvmpipe. */
  readonly software: boolean;
  /** The optional features that matter to a network. */
  readonly features: readonly string[];
  readonly limits: AdapterLimits;
}

/** The limits that determine how large a network may be, and how it is computed. */
export interface AdapterLimits {
  /** Bytes of one buffer, which holds all weights of a network. */
  readonly bufferBytes: number;
  /** Bytes of the memory that the threads of a workgroup share. */
  readonly workgroupBytes: number;
  /** Threads of a workgroup. */
  readonly workgroupThreads: number;
}

const notable = ['subgroups', 'shader-f16', 'timestamp-query'];
const softwareNames = /swiftshader|llvmpipe|lavapipe|softpipe|\bwarp\b|basic render/i;

/** The adapter that the GPU backend uses; undefined if there is none. */
export async function findAdapter(gpu: GpuObject): Promise<Adapter | undefined> {
  const adapter = await asGpu(gpu, 'findAdapter')
    .requestAdapter({ powerPreference: 'high-performance' })
    .catch(() => null);
  return adapter === null ? undefined : describe(adapter);
}

/** The adapters that can be requested, with the default first. WebGPU has no list of them. */
export async function listAdapters(gpu: GpuObject): Promise<Adapter[]> {
  const own = asGpu(gpu, 'listAdapters');
  const asked: GPURequestAdapterOptions[] = [
    { powerPreference: 'high-performance' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ];
  const found = new Map<string, Adapter>();
  for (const options of asked) {
    const adapter = await own.requestAdapter(options).catch(() => null);
    if (adapter === null) continue;
    const described = describe(adapter);
    if (!found.has(described.name)) found.set(described.name, described);
  }
  return [...found.values()];
}

function describe({ info, features, limits }: GPUAdapter): Adapter {
  return {
    name: nameOf(info),
    driver: info.description,
    software: isSoftware(info),
    features: notable.filter((name) => features.has(name)),
    limits: {
      bufferBytes: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
      workgroupBytes: limits.maxComputeWorkgroupStorageSize,
      workgroupThreads: limits.maxComputeInvocationsPerWorkgroup,
    },
  };
}

/** Not every browser and version of Dawn sets `isFallbackAdapter`, but all name the adapter. */
function isSoftware(info: GPUAdapterInfo): boolean {
  const { vendor, architecture, device, description } = info;
  return (
    info.isFallbackAdapter === true ||
    softwareNames.test([vendor, architecture, device, description].join(' '))
  );
}

/** `nvidia-h200` as `NVIDIA H200`. Browsers hide the device and give its vendor and its family. */
function nameOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const told = /[a-z]{3}/i.test(device) ? device : [vendor, architecture].filter(Boolean).join(' ');
  const words = told.split(/[-\s]+/).filter(Boolean);
  const name = words.map((word) =>
    /\d|^(nvidia|amd|rtx|gtx|rx)$/i.test(word) ? word.toUpperCase() : word[0].toUpperCase() + word.slice(1),
  );
  return name.join(' ') || description || 'unnamed';
}

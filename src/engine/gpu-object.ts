/** The GPU object of any platform. */

/**
 * The GPU object of a platform: `navigator.gpu`, or that of the package `webgpu`. TypeScript's own type of it, `GPU`, is
 * missing before TypeScript 6, so the declarations of the package do not name it.
 */
export interface GpuObject {
  requestAdapter(options?: {
    powerPreference?: 'low-power' | 'high-performance';
    forceFallbackAdapter?: boolean;
  }): Promise<object | null>;
}

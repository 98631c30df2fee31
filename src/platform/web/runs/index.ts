/** Runs in a page: `couture/runs/web`. */

export { openOpfsStore } from './opfs-store.ts';
export { type WebPlatformOptions, webPlatform } from './platform.ts';

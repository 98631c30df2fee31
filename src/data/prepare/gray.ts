/**
 * Converts colors to gray by the integer formula of Pillow's `convert('L')`, with the same bytes as a Python
 * pipeline.
 */

/** The gray of a color of whole bytes: ITU-R 601 luma, rounded. Of three equal values it is that value. */
export function luma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** The same of numbers between bytes, not rounded. */
export function exactLuma(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471) / 0x10000;
}

/** IEEE 754 half precision: five bits of exponent, ten of fraction. Values are kept as their 16 bits. */

const floats = new Float32Array(1);
const bits = new Uint32Array(floats.buffer);

/** Bits of the smallest float32 that overflows a half, and of the smallest one that is normal in a half. */
const PAST_LARGEST = 0x47800000;
const LEAST_NORMAL = 0x38800000;
/** A float32's exponent is biased by 127, a half's by 15; fractions are 23 and 10 bits long. */
const REBIAS = (127 - 15) << 23;
const DROPPED_BITS = 13;
/** The least half above 0 is 2^-24. */
const STEPS_OF_SUBNORMALS = 2 ** 24;

/** The half nearest to a float32 (ties to even); beyond 65,504 it may be infinite. */
export function toFloat16(value: number): number {
  floats[0] = value;
  const sign = (bits[0] >>> 16) & 0x8000;
  const magnitude = bits[0] & 0x7fffffff;
  if (magnitude >= PAST_LARGEST) return sign | (Number.isNaN(value) ? 0x7e00 : 0x7c00);
  if (magnitude >= LEAST_NORMAL) return sign | roundToEven((magnitude - REBIAS) / 2 ** DROPPED_BITS);
  return sign | roundToEven(Math.abs(floats[0]) * STEPS_OF_SUBNORMALS);
}

/** The value of a half, exact as a float32. */
export function fromFloat16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const magnitude = half & 0x7fff;
  if (magnitude > 0x7c00) return Number.NaN;
  if (magnitude === 0x7c00) return sign * Number.POSITIVE_INFINITY;
  if (magnitude < 0x0400) return (sign * magnitude) / STEPS_OF_SUBNORMALS;
  bits[0] = (magnitude << DROPPED_BITS) + REBIAS;
  return sign * floats[0];
}

/** Each value as its nearest half. */
export function encodeFloat16(values: Float32Array): Uint16Array {
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < halves.length; i++) halves[i] = toFloat16(values[i]);
  return halves;
}

/** The values of halves. */
export function decodeFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  for (let i = 0; i < values.length; i++) values[i] = fromFloat16(halves[i]);
  return values;
}

/** Rounds a number of at least 0 to the nearest whole number (ties to even). */
function roundToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  return rest > 0.5 || (rest === 0.5 && below % 2 === 1) ? below + 1 : below;
}

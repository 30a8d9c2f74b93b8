/** 32-bit numbers as text, six characters each, so that JSON holds many in little room. NaN stays NaN. */

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const WIDTH = 6;
const MOST = 3e38;

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** Numbers beyond what 32 bits hold are cut off at it. */
export function encodeFloats(values: ArrayLike<number>): string {
  let text = "";
  for (let i = 0; i < values.length; i++) {
    float[0] = Math.max(-MOST, Math.min(MOST, values[i]));
    let rest = bits[0];
    for (let digit = 0; digit < WIDTH; digit++) {
      text += DIGITS[rest & 63];
      rest >>>= 6;
    }
  }
  return text;
}

export function decodeFloats(text: string): Float64Array {
  const values = new Float64Array(text.length / WIDTH);
  for (let i = 0; i < values.length; i++) {
    let rest = 0;
    for (let digit = WIDTH - 1; digit >= 0; digit--) rest = rest * 64 + DIGITS.indexOf(text[i * WIDTH + digit]);
    bits[0] = rest >>> 0;
    values[i] = float[0];
  }
  return values;
}

/** How many numbers `text` holds. */
export function countFloats(text: string): number {
  return text.length / WIDTH;
}

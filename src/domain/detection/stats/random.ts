/**
 * A seeded generator, so that whatever draws at random draws the same again. The small fast counter generator "sfc32"
 * of PractRand [1], its state spread from one number by a multiply-and-shift mixer: four 32-bit words, period at least
 * 2^32, a few ns a draw.
 *
 * [1] C. Doty-Humphrey, PractRand 0.94, RNG/sfc.
 */

/** Draws numbers in [0, 1), 32 bits each; equal seeds (whole numbers up to 2^53) give equal sequences. */
export function seededRandom(seed: number): () => number {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`A seed is a whole number up to 2^53, not ${seed}.`);
  let mixer = (seed ^ Math.floor(seed / 0x1_0000_0000)) >>> 0;
  const word = () => {
    mixer = (mixer + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(mixer ^ (mixer >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return (mixed ^ (mixed >>> 16)) | 0;
  };
  let a = word(), b = word(), c = word(), counter = 1;
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum | 0;
    return (sum >>> 0) / 0x1_0000_0000;
  };
  // The first draws still show the seed.
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** `x` as a decimal that differs from it by less than `step`: short as text. */
export function roundedTo(x: number, step: number): number {
  const digits = Math.ceil(-Math.log10(step));
  if (!(digits >= -20 && digits <= 20)) return x;
  const unit = 10 ** Math.abs(digits);
  const rounded = digits >= 0 ? Math.round(x * unit) / unit : Math.round(x / unit) * unit;
  return Number.isFinite(rounded) ? rounded : x;
}

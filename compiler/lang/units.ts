/** Units of time: of timers (`interval:ms:10`) and of durations (`10ms`). */

/** Nanoseconds of a unit; "hz" is not here: it is a rate. */
export const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
};

/** Units that `interval` and `profile` take before a count. */
export const timerUnits: readonly string[] = ["hz", "s", "ms", "us"];

/** Nanoseconds of a duration as written ("10ms", "1s", or a bare count of nanoseconds), or undefined. */
export function parseDuration(text: string): bigint | undefined {
  const match = /^(\d[\d_]*)(ns|us|ms|s|m|h|d)?$/.exec(text);
  if (match === null) return undefined;
  const [, digits = "", unit = "ns"] = match;
  const scale = nanoseconds[unit];
  return scale === undefined ? undefined : BigInt(digits.replaceAll("_", "")) * scale;
}

/** An integer as positional parameters and attach points write it: decimal, hexadecimal, octal, NeM, with a sign; or undefined. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([+-]?)(0[xX][0-9a-fA-F_]+|0[bB][01]+|\d[\d_]*(?:e\d+)?)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", raw = ""] = match;
  const digits = raw.replaceAll("_", "");
  let value: bigint;
  if (/^0[0-7]+$/.test(digits)) value = BigInt(`0o${digits.slice(1)}`);
  else if (/^0\d+$/.test(digits)) return undefined;
  else if (/^\d+e\d+$/.test(digits)) {
    const [base = "0", exponent = "0"] = digits.split("e");
    value = BigInt(base) * 10n ** BigInt(exponent);
  } else value = BigInt(digits);
  if (value > 0xffff_ffff_ffff_ffffn) return undefined;
  return sign === "-" ? -value : value;
}

/** An integer as a script's parameters give it: as above, or a duration, in nanoseconds. */
export function parseParameter(text: string): bigint | undefined {
  const unit = /^([+-]?\d[\d_]*(?:e\d{1,2})?)(ns|us|ms|s|m|h|d)$/.exec(text);
  if (unit === null) return parseInteger(text);
  const [, count = "", name = ""] = unit;
  const scaled = (parseInteger(count) ?? 1n << 64n) * (nanoseconds[name] ?? 1n);
  return scaled > 0xffff_ffff_ffff_ffffn ? undefined : scaled;
}

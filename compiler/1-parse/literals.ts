/** Values of integer and string literals, with the errors that only their text can show. */
import type { parseCatalog } from "../diagnostics/catalog/parse.ts";
import type { Report } from "../diagnostics/diagnostic.ts";
import { utf8Chars } from "../util/text.ts";

const max = (1n << 64n) - 1n;
const durations: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
  ["d", 86_400_000_000_000n],
]);

/**
 * The value of an integer literal, 0 … 2^64-1: decimal, hexadecimal, octal, `1e6`, separators, C and duration suffixes
 * (nanoseconds). On an error it is reported and the value is 0.
 */
export function integerValue(text: string, start: number, report: Report<typeof parseCatalog>): bigint {
  const span = { start, end: start + text.length };
  const hex = /^0[xX]([0-9a-fA-F](?:_*[0-9a-fA-F])*)(\w*)$/.exec(text);
  const decimal = hex === null ? /^(\d(?:_*\d)*)(?:[eE](\d(?:_*\d)*))?(\w*)$/.exec(text) : null;
  const suffix = (hex === null ? decimal?.[3] : hex[2]) ?? "";
  const digits = ((hex === null ? decimal?.[1] : hex[1]) ?? "0").replaceAll("_", "");
  const exponent = decimal?.[2]?.replaceAll("_", "");
  const octal = hex === null && exponent === undefined && digits.length > 1 && digits.startsWith("0");
  let scale = 1n;
  if (suffix !== "" && !/^(?:u|l|ll|ul|lu|ull|llu)$/i.test(suffix)) {
    const duration = hex === null && !octal ? durations.get(suffix) : undefined;
    if (duration === undefined) {
      report("invalid-integer-suffix", { start: span.end - suffix.length, end: span.end }, { suffix });
      return 0n;
    }
    scale = duration;
  }
  if (octal && /[89]/.test(digits)) {
    report("invalid-integer", span, { text, why: "a leading 0 makes it octal, and octal digits are 0 to 7" });
    return 0n;
  }
  // Longer digits or exponents cannot fit; computing them could take minutes.
  const isHuge = digits.length > 40 || (exponent !== undefined && (exponent.length > 4 || Number(exponent) > 40));
  if (isHuge && !/^0+$/.test(digits)) {
    report("integer-overflow", span, { text });
    return 0n;
  }
  const base = isHuge ? 0n : BigInt(`${hex !== null ? "0x" : octal ? "0o" : ""}${digits}`);
  const value = base * scale * (exponent === undefined || isHuge ? 1n : 10n ** BigInt(exponent));
  if (value <= max) return value;
  report("integer-overflow", span, { text });
  return 0n;
}

const simpleEscapes: ReadonlyMap<string, string> = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ['"', '"'],
  ["\\", "\\"],
]);

/** The bytes of a string literal, one char each; `text` is as written, quotes included. */
export function stringValue(text: string, start: number, report: Report<typeof parseCatalog>): string {
  const inside = text.slice(1, -1);
  if (!inside.includes("\\")) return utf8Chars(inside);
  return inside.replace(
    /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|([\s\S]?))|[^\\]+/g,
    (part, octal: string | undefined, hex: string | undefined, other: string | undefined, offset: number) => {
      if (octal !== undefined && Number.parseInt(octal, 8) <= 0xff)
        return String.fromCharCode(Number.parseInt(octal, 8));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal === undefined && other === undefined) return utf8Chars(part);
      const value = simpleEscapes.get(other ?? "");
      if (value !== undefined) return value;
      const written = octal ?? other ?? "";
      const at = start + 2 + offset;
      report("invalid-escape", { start: at, end: at + written.length }, { escape: written });
      return "";
    },
  );
}

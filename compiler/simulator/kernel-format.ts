/**
 * Formats of bpf_trace_printk and bpf_snprintf: the kernel's own, less its pointers to structures.
 * kernel/trace/bpf_trace.c, bpf_bprintf_prepare in kernel/bpf/helpers.c.
 */

const DIRECTIVE = /%([-+ #0]*)(\d*)(?:\.(\d+))?(hh|h|ll|l|z)?(p[a-zA-Z]*\d*|[a-zA-Z%])/g;

/** @param textAt a NUL-terminated text at an address; undefined: it cannot be read */
export function formatKernel(
  format: string,
  args: readonly bigint[],
  textAt: (address: bigint) => string | undefined,
): string {
  let next = 0;
  return format.replace(
    DIRECTIVE,
    (whole, flags: string, width: string, precision: string | undefined, length: string | undefined, kind: string) => {
      if (kind === "%") return "%";
      const arg = args[next++] ?? 0n;
      const text = convert(kind, length, arg, flags, precision, textAt);
      return text === undefined ? whole : pad(text, Number(width), flags, kind);
    },
  );
}

function convert(
  kind: string,
  length: string | undefined,
  arg: bigint,
  flags: string,
  precision: string | undefined,
  textAt: (address: bigint) => string | undefined,
): string | undefined {
  const bits = length === undefined ? 32 : length === "h" ? 16 : length === "hh" ? 8 : 64;
  const prefix = flags.includes("#") ? "0x" : "";
  switch (kind[0]) {
    case "d":
    case "i": {
      const value = BigInt.asIntN(bits, arg);
      return value >= 0n && flags.includes("+") ? `+${value}` : `${value}`;
    }
    case "u":
      return BigInt.asUintN(bits, arg).toString();
    case "x":
      return prefix + BigInt.asUintN(bits, arg).toString(16);
    case "X":
      return (prefix + BigInt.asUintN(bits, arg).toString(16)).toUpperCase();
    case "p":
      return BigInt.asUintN(64, arg).toString(16).padStart(16, "0");
    case "c":
      return String.fromCharCode(Number(arg & 0xffn));
    case "s": {
      const text = textAt(BigInt.asUintN(64, arg)) ?? "";
      return precision === undefined ? text : text.slice(0, Number(precision));
    }
    default:
      return undefined;
  }
}

function pad(text: string, width: number, flags: string, kind: string): string {
  if (flags.includes("-")) return text.padEnd(width);
  if (!flags.includes("0") || kind === "s" || kind === "c") return text.padStart(width);
  const sign = /^[-+]|^0[xX]/.exec(text)?.[0] ?? "";
  return sign + text.slice(sign.length).padStart(width - sign.length, "0");
}

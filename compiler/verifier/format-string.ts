/**
 * Format strings of snprintf, which the verifier itself reads. Kernel: bpf_bprintf_prepare in kernel/bpf/helpers.c.
 */
import type { VerifierMap } from "./program.ts";

const PERCENT = 0x25;
const isDigit = (c: number): boolean => c >= 0x30 && c <= 0x39;
const isSpace = (c: number): boolean => c === 0x20 || (c >= 9 && c <= 13);
const isPrintable = (c: number): boolean => c >= 0x20 && c < 0x7f;
const isLetterOrDigit = (c: number): boolean => isDigit(c) || (c >= 0x41 && c <= 0x5a) || (c >= 0x61 && c <= 0x7a);
const isPunctuation = (c: number): boolean => isPrintable(c) && c !== 0x20 && !isLetterOrDigit(c);
const isEnd = (c: number): boolean => c === 0 || isSpace(c) || isPunctuation(c);
const is = (c: number, letters: string): boolean => c !== 0 && letters.includes(String.fromCharCode(c));

/** 1: `count` arguments of 8 bytes fit the format at byte `off` of a frozen map; 0: they do not; -1: it is not known. */
export function formatFits(map: VerifierMap | undefined, off: number, count: number): number {
  const bytes = map?.frozen;
  if (map === undefined || bytes === undefined) return -1;
  const end = bytes.indexOf(0, off);
  if (off < 0 || end < 0) return 0;
  if (map.unknownBytes?.subarray(off, end + 1).includes(1) === true) return -1;
  return fits(bytes.subarray(off, end), count) ? 1 : 0;
}

function fits(format: Uint8Array, count: number): boolean {
  const at = (i: number): number => format[i] ?? 0;
  let used = 0;
  for (let i = 0; i < format.length; i++) {
    if (!isPrintable(at(i)) && !isSpace(at(i))) return false;
    if (at(i) !== PERCENT) continue;
    if (at(i + 1) === PERCENT) {
      i++;
      continue;
    }
    if (used >= count) return false;
    i++;
    while (is(at(i), "0+- ")) i++;
    while (isDigit(at(i))) i++;
    const last = conversion(at, i);
    if (last === undefined) return false;
    i = last;
    used++;
  }
  return true;
}

/** The last byte of the conversion that begins at i; undefined: there is none. */
function conversion(at: (i: number) => number, i: number): number | undefined {
  if (is(at(i), "p")) {
    const next = at(i + 1);
    if (is(next, "ku") && is(at(i + 2), "s")) return isEnd(at(i + 3)) ? i + 2 : undefined;
    if (isEnd(next)) return i;
    if (is(next, "KxsSB")) return i + 1;
    return is(next, "iI") && is(at(i + 2), "46") ? i + 2 : undefined;
  }
  if (is(at(i), "s")) return isEnd(at(i + 1)) ? i : undefined;
  if (is(at(i), "c")) return i;
  let letter = i;
  if (is(at(letter), "l")) letter++;
  if (is(at(letter), "l")) letter++;
  return is(at(letter), "iduxX") ? letter : undefined;
}

/** Allocation flags by name for `%gr` (L7.61). Bits as in include/linux/gfp_types.h of 6.1 to 6.9, stable in the compound masks. */
import { type Integer, toBigInt } from "./integer.ts";

/** Most specific first: a mask is taken whole before its parts. */
const FLAGS: readonly (readonly [name: string, mask: number])[] = [
  ["GFP_TRANSHUGE", 0x3c24ca],
  ["GFP_TRANSHUGE_LIGHT", 0x3c20ca],
  ["GFP_HIGHUSER_MOVABLE", 0x100cca],
  ["GFP_HIGHUSER", 0x100cc2],
  ["GFP_KERNEL_ACCOUNT", 0x400cc0],
  ["GFP_USER", 0x100cc0],
  ["GFP_KERNEL", 0xcc0],
  ["GFP_NOFS", 0xc40],
  ["GFP_ATOMIC", 0x820],
  ["GFP_NOIO", 0xc00],
  ["GFP_NOWAIT", 0x800],
  ["GFP_DMA", 0x1],
  ["__GFP_HIGHMEM", 0x2],
  ["GFP_DMA32", 0x4],
  ["__GFP_MOVABLE", 0x8],
  ["__GFP_RECLAIMABLE", 0x10],
  ["__GFP_HIGH", 0x20],
  ["__GFP_IO", 0x40],
  ["__GFP_FS", 0x80],
  ["__GFP_ZERO", 0x100],
  ["__GFP_DIRECT_RECLAIM", 0x400],
  ["__GFP_KSWAPD_RECLAIM", 0x800],
  ["__GFP_WRITE", 0x1000],
  ["__GFP_NOWARN", 0x2000],
  ["__GFP_RETRY_MAYFAIL", 0x4000],
  ["__GFP_NOFAIL", 0x8000],
  ["__GFP_NORETRY", 0x10000],
  ["__GFP_MEMALLOC", 0x20000],
  ["__GFP_COMP", 0x40000],
  ["__GFP_NOMEMALLOC", 0x80000],
  ["__GFP_HARDWALL", 0x100000],
  ["__GFP_THISNODE", 0x200000],
  ["__GFP_ACCOUNT", 0x400000],
  ["__GFP_ZEROTAGS", 0x800000],
];

export function gfpText(value: Integer): string {
  let rest = BigInt.asUintN(64, toBigInt(value));
  const names: string[] = [];
  for (const [name, mask] of FLAGS) {
    const bits = BigInt(mask);
    if ((rest & bits) !== bits) continue;
    names.push(name);
    rest &= ~bits;
  }
  if (rest !== 0n) names.push(`0x${rest.toString(16)}`);
  return names.join("|") || "0";
}

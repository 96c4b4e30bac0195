/** Constants of C itself, which no kernel's tables hold. */
export const cConstants: ReadonlyMap<string, bigint> = new Map([["NULL", 0n]]);

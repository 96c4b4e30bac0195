/**
 * What the host answers to the module's questions about memory, packed into 64 bits: type (16 bits), what the member is
 * known for (TRUST, 16 bits), and the BTF type's id or the memory's size (32 bits).
 */

/** The access is refused. reason: 1 beyond the struct, 2 no such member. */
export function refused(reason = 2): bigint {
  return BigInt(reason) << 32n;
}
/** The host does not know: no verdict. */
export const NOT_KNOWN = 0xffffn;
/** A number. */
export const NUMBER = 1n;
/** A pointer; aux: BTF type id or size of memory; trust: bits of TRUST. */
export function pointerTo(type: number, aux: number, trust = 0): bigint {
  return (BigInt(aux) << 32n) | (BigInt(trust) << 16n) | BigInt(type);
}

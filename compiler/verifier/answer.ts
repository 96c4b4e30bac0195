/** What the host answers to the module's questions about memory, packed into 64 bits: type, BTF, aux (id or size). */

/** The access is refused. reason: 1 beyond the struct, 2 no such member. */
export function refused(reason = 2): bigint {
  return BigInt(reason) << 32n;
}
/** The host does not know: no verdict. */
export const NOT_KNOWN = 0xffffn;
/** A number. */
export const NUMBER = 1n;
/** A pointer; aux: BTF type id or size of memory. */
export function pointerTo(type: number, aux: number, btf = 0): bigint {
  return (BigInt(aux) << 32n) | (BigInt(btf) << 16n) | BigInt(type);
}

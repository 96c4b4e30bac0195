/** Members of the kernel's own structs that programs read for themselves, not for the script, by name. */
import type { TypeId } from "../../btf/types.ts";
import type { CoreReference } from "../../ebpf/insn.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";

export type KernelField = {
  /** Bytes, in the kernel compiled against. */
  readonly offset: number;
  /** The member's, with an element the array's. */
  readonly type: TypeId;
  readonly core: CoreReference;
};

/** Where a struct's member stands; of an array member, where element `index` of `size` bytes does. undefined: this kernel has none such. */
export function kernelField({ btf }: Snapshot, tag: string, name: string, element?: Element): KernelField | undefined {
  const type = btf.find("struct", tag);
  if (type === undefined) return undefined;
  const struct = btf.type(type);
  if (struct.kind !== "struct") return undefined;
  const position = struct.members.findIndex((each) => each.name === name);
  const member = struct.members[position];
  if (member === undefined) return undefined;
  const access = element === undefined ? [0, position] : [0, position, element.index];
  const text = `struct ${tag}.${name}${element === undefined ? "" : `[${element.index}]`}`;
  const offset = member.bitOffset / 8 + (element === undefined ? 0 : element.index * element.size);
  return { offset, type: member.type, core: { kind: "field_byte_offset", type, access, text } };
}

type Element = { readonly index: number; readonly size: number };

/**
 * A second, eager reader of raw BTF, kept as plain as Documentation/bpf/btf.rst: the tests hold the packed form against
 * it, so that a mistake shared by compiler/btf and compiler/snapshot can't hide.
 */
import type { BtfType, TypeId } from "../../compiler/btf/types.ts";
import { branded } from "../../compiler/util/brand.ts";

export type RawTypes = { readonly firstId: number; readonly types: readonly BtfType[]; readonly stringBytes: number };

const linkages = ["static", "global", "extern"] as const;
const id = (n: number): TypeId => branded<TypeId>(n);

/** All types of a blob in id order (void first, where it is a base). `base` is vmlinux's for a module's split blob. */
export function readRawBtf(blob: Uint8Array, base?: { readonly types: RawTypes; readonly blob: Uint8Array }): RawTypes {
  const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
  if (view.getUint16(0, true) !== 0xeb9f) throw new Error("not BTF");
  const header = view.getUint32(4, true);
  const typeStart = header + view.getUint32(8, true);
  const typeEnd = typeStart + view.getUint32(12, true);
  const stringStart = header + view.getUint32(16, true);
  const stringBytes = view.getUint32(20, true);
  const text = (offset: number): string => {
    const own = base ? offset - base.types.stringBytes : offset;
    const from = own >= 0 ? blob : (base?.blob ?? blob);
    const start =
      own >= 0
        ? stringStart + own
        : new DataView(from.buffer, from.byteOffset).getUint32(4, true) +
          new DataView(from.buffer, from.byteOffset).getUint32(16, true) +
          offset;
    let end = start;
    while (from[end] !== 0) end++;
    return Buffer.from(from.subarray(start, end)).toString("utf8");
  };
  const types: BtfType[] = base ? [] : [{ kind: "void" }];
  let at = typeStart;
  const u32 = (): number => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  while (at < typeEnd) {
    const name = text(u32());
    const info = u32();
    const size = u32();
    const type = id(size);
    const length = info & 0xffff;
    const flag = info >>> 31 === 1;
    const each = <T>(make: () => T): T[] => Array.from({ length }, make);
    switch ((info >>> 24) & 0x1f) {
      case 1: {
        const bits = u32();
        const encoding = (bits >>> 24) & 15;
        types.push({
          kind: "int",
          name,
          size,
          bits: bits & 0xff,
          bitOffset: (bits >>> 16) & 0xff,
          signed: (encoding & 1) === 1,
          encoding: encoding & 2 ? "char" : encoding & 4 ? "bool" : "none",
        });
        break;
      }
      case 2:
        types.push({ kind: "ptr", type });
        break;
      case 3:
        types.push({ kind: "array", type: id(u32()), indexType: id(u32()), length: u32() });
        break;
      case 4:
      case 5:
        types.push({
          kind: ((info >>> 24) & 0x1f) === 4 ? "struct" : "union",
          name,
          size,
          members: each(() => {
            const member = { name: text(u32()), type: id(u32()) };
            const offset = u32();
            return { ...member, bitOffset: flag ? offset & 0xffffff : offset, bitSize: flag ? offset >>> 24 : 0 };
          }),
        });
        break;
      case 6:
        types.push({
          kind: "enum",
          name,
          size,
          signed: flag,
          values: each(() => {
            const label = text(u32());
            const value = u32();
            return { name: label, value: BigInt(flag ? value | 0 : value) };
          }),
        });
        break;
      case 7:
        types.push({ kind: "fwd", name, union: flag });
        break;
      case 8:
        types.push({ kind: "typedef", name, type });
        break;
      case 9:
        types.push({ kind: "volatile", type });
        break;
      case 10:
        types.push({ kind: "const", type });
        break;
      case 11:
        types.push({ kind: "restrict", type });
        break;
      case 12:
        types.push({ kind: "func", name, type, linkage: linkages[length as 0 | 1 | 2] });
        break;
      case 13: {
        const params = each(() => ({ name: text(u32()), type: id(u32()) }));
        const last = params.at(-1);
        const variadic = last !== undefined && last.name === "" && last.type === 0;
        types.push({ kind: "func_proto", returns: type, params: variadic ? params.slice(0, -1) : params, variadic });
        break;
      }
      case 14:
        types.push({ kind: "var", name, type, linkage: linkages[u32() as 0 | 1 | 2] });
        break;
      case 15:
        types.push({
          kind: "datasec",
          name,
          size,
          vars: each(() => ({ type: id(u32()), offset: u32(), size: u32() })),
        });
        break;
      case 16:
        types.push({ kind: "float", name, size });
        break;
      case 17:
        types.push({ kind: "decl_tag", name, type, component: u32() | 0 });
        break;
      case 18:
        types.push({ kind: "type_tag", name, type });
        break;
      case 19:
        types.push({
          kind: "enum64",
          name,
          size,
          signed: flag,
          values: each(() => {
            const label = text(u32());
            const low = u32();
            const value = (BigInt(u32()) << 32n) | BigInt(low);
            return { name: label, value: flag ? BigInt.asIntN(64, value) : value };
          }),
        });
        break;
      default:
        throw new Error(`BTF kind ${(info >>> 24) & 0x1f}`);
    }
  }
  return {
    firstId: base ? base.types.firstId + base.types.types.length : 0,
    types,
    stringBytes: (base?.types.stringBytes ?? 0) + stringBytes,
  };
}

/** The parts of an eBPF object, ours or any compiler's, that its programs are linked from. */
import { type BtfExt, readBtfExt } from "../btf/ext.ts";
import { type RawBtf, readBtf } from "../btf/read.ts";
import type { ElfObject, ElfSymbol } from "../elf/format.ts";
import { readElf } from "../elf/read.ts";
import { decodeUtf8 } from "../util/bytes.ts";
import { type ObjectMaps, type PatchedBytes, readObjectMaps } from "./maps.ts";

export type OpenObject = {
  readonly elf: ElfObject;
  readonly btf: RawBtf | undefined;
  readonly ext: BtfExt | undefined;
  readonly maps: ObjectMaps;
  readonly license: string;
  readonly programs: readonly ElfSymbol[];
};

/**
 * @param patched bytes of read-only data that a loader will write: values not known here
 * @throws ElfError, BtfError or RangeError for bytes that are no eBPF object, cut or damaged
 */
export function openObject(bytes: Uint8Array, patched: readonly PatchedBytes[] = []): OpenObject {
  const elf = readElf(bytes);
  const data = (name: string): Uint8Array | undefined => elf.sections.find((section) => section.name === name)?.data;
  const btfBytes = data(".BTF");
  const btf = btfBytes === undefined ? undefined : readBtf(btfBytes);
  const extBytes = data(".BTF.ext");
  const ext =
    btf === undefined || extBytes === undefined ? undefined : readBtfExt(extBytes, (offset) => btf.string(offset));
  const license = decodeUtf8(data("license") ?? new Uint8Array()).replace(/\0.*$/s, "");
  const programs = elf.symbols.filter((symbol) => {
    const home = symbol.section === undefined ? undefined : elf.sections[symbol.section];
    return symbol.type === "func" && symbol.bind !== "local" && home?.flags.exec === true && home.name !== ".text";
  });
  return { elf, btf, ext, maps: readObjectMaps(elf, btf, patched), license, programs };
}

/** Types in order of their ids (1, 2, …) → a .BTF blob, little-endian. Deterministic. */
import { ByteWriter } from "../util/bytes.ts";
import { BtfStrings } from "./strings.ts";
import type { BtfType } from "./types.ts";
import { BTF_HEADER_SIZE, BTF_MAGIC, writeType } from "./wire.ts";

/** @param strings shared with .BTF.ext, whose lines and paths live in this blob's string section */
export function writeBtf(types: readonly BtfType[], strings: BtfStrings = new BtfStrings()): Uint8Array {
  const records = new ByteWriter("little", 4096);
  for (const type of types) writeType(records, type, (text) => strings.add(text));
  const typeBytes = records.finish();
  const stringBytes = strings.finish();
  return new ByteWriter("little", BTF_HEADER_SIZE + typeBytes.length + stringBytes.length)
    .u16(BTF_MAGIC)
    .u8(1)
    .u8(0)
    .u32(BTF_HEADER_SIZE)
    .u32(0)
    .u32(typeBytes.length)
    .u32(typeBytes.length)
    .u32(stringBytes.length)
    .raw(typeBytes)
    .raw(stringBytes)
    .finish();
}

/**
 * `-l 'uprobe:BINARY:PATTERN'` and `-l 'usdt:BINARY:…'`: what a binary on this machine offers. Reads ELF64 files of any
 * machine; a file that is damaged or of another kind offers nothing.
 */
import { readFileSync } from "node:fs";
import { matcher } from "../snapshot/glob.ts";
import { pathsOf } from "./find-binary.ts";

const SYMTAB = 2;
const NOTE = 7;
const DYNSYM = 11;
const FUNC = 2;

export type BinaryProbe = {
  readonly provider: "uprobe" | "uretprobe" | "usdt";
  readonly path: string;
  readonly name: string;
};

/** undefined: the pattern is not about binaries. */
export function listBinaries(pattern: string): readonly BinaryProbe[] | undefined {
  const match = /^(uprobe|u|uretprobe|ur|usdt|U):([^:]+)(?::(.*))?$/s.exec(pattern);
  const [, short = "", binary = "", rest = "*"] = match ?? [];
  if (match === null) return undefined;
  const provider = PROVIDERS[short] ?? "uprobe";
  const found = new Map<string, BinaryProbe>();
  for (const path of pathsOf(binary)) {
    const image = readImage(path);
    if (image === undefined) continue;
    const names = provider === "usdt" ? usdtNames(image) : functionNames(image);
    const matches = matcher(provider === "usdt" && !rest.includes(":") ? `*:${rest}` : rest);
    for (const name of names) if (matches(name)) found.set(`${path}:${name}`, { provider, path, name });
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, probe]) => probe);
}

const PROVIDERS: Readonly<Record<string, BinaryProbe["provider"]>> = {
  ur: "uretprobe",
  uretprobe: "uretprobe",
  U: "usdt",
  usdt: "usdt",
};

type Section = { readonly name: string; readonly type: number; readonly link: number; readonly bytes: Uint8Array };
type Image = readonly Section[];

function readImage(path: string): Image | undefined {
  try {
    const bytes = readFileSync(path);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    if (view.getUint32(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) return undefined;
    const table = Number(view.getBigUint64(40, true));
    const size = view.getUint16(58, true);
    const count = view.getUint16(60, true);
    const raw = Array.from({ length: count }, (_, i) => {
      const at = table + i * size;
      const type = view.getUint32(at + 4, true);
      const offset = Number(view.getBigUint64(at + 24, true));
      const length = Number(view.getBigUint64(at + 32, true));
      // SHT_NOBITS has no bytes in the file.
      const content = type === 8 ? new Uint8Array() : bytes.subarray(offset, offset + length);
      return { name: view.getUint32(at, true), type, link: view.getUint32(at + 40, true), bytes: content };
    });
    const names = raw[view.getUint16(62, true)]?.bytes ?? new Uint8Array();
    return raw.map((section) => ({ ...section, name: text(names, section.name) }));
  } catch (error) {
    if (error instanceof RangeError || (error instanceof Error && "code" in error)) return undefined;
    throw error;
  }
}

function text(bytes: Uint8Array, start: number): string {
  const end = bytes.indexOf(0, start);
  return Buffer.from(bytes.subarray(start, end < 0 ? bytes.length : end)).toString("latin1");
}

/** Functions that the binary defines, of both symbol tables; without symbol versions. */
function functionNames(image: Image): readonly string[] {
  const names = new Set<string>();
  for (const section of image) {
    if (section.type !== SYMTAB && section.type !== DYNSYM) continue;
    const strings = image[section.link]?.bytes ?? new Uint8Array();
    const view = new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.length);
    for (let at = 0; at + 24 <= section.bytes.length; at += 24) {
      const isDefined = view.getUint16(at + 6, true) !== 0;
      if ((view.getUint8(at + 4) & 15) === FUNC && isDefined) names.add(text(strings, view.getUint32(at, true)));
    }
  }
  names.delete("");
  return [...names];
}

/** provider:name of every note in .note.stapsdt: three addresses, then three texts. */
function usdtNames(image: Image): readonly string[] {
  const names: string[] = [];
  for (const section of image) {
    if (section.type !== NOTE || section.name !== ".note.stapsdt") continue;
    const view = new DataView(section.bytes.buffer, section.bytes.byteOffset, section.bytes.length);
    for (let at = 0; at + 12 <= section.bytes.length; ) {
      const owner = view.getUint32(at, true);
      const size = view.getUint32(at + 4, true);
      const content = at + 12 + ((owner + 3) & ~3);
      const provider = text(section.bytes, content + 24);
      names.push(`${provider}:${text(section.bytes, content + 24 + provider.length + 1)}`);
      at = content + ((size + 3) & ~3);
    }
  }
  return names;
}

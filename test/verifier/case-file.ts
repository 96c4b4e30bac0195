/**
 * A case of the verifier model: what the program is, its maps, its instructions, and what comes of it.
 *
 *   # one line: what is shown
 *   type kprobe | tracing tp_btf:NAME | …        (default: raw_tracepoint)
 *   map NAME TYPE key=4 value=8 entries=1 …      (rodata: TYPE array, flags=128, bytes=hex)
 *   === program
 *   r0 = 0
 *   exit
 *   === accept          or        === refuse        with a part of the kernel's message
 *   walked 123          (may follow accept: how many instructions 6.18's verifier walks, and the model)
 *   === 6.1 accept      or        === 6.1 refuse    the same of 6.1's verifier, for what it judges otherwise
 */
import { layout } from "../../compiler/ebpf/layout.ts";
import { parseInsns } from "../../compiler/ebpf/parse.ts";
import { MAP_KINDS } from "../../compiler/verifier/profiles/maps.ts";
import type { ProgramType, TracingAttach, VerifierMap, VerifierProgram } from "../../compiler/verifier/program.ts";

export type CaseVerdict = {
  readonly verdict: "accepted" | "refused";
  readonly message: string;
  /** Instructions that are walked, where the case says so. */
  readonly walked: number | undefined;
};
export type VerifierCase = CaseVerdict & {
  readonly intent: string;
  readonly program: VerifierProgram;
  /** Of 6.1, where the case states it. */
  readonly older: CaseVerdict | undefined;
};

export function readCase(name: string, text: string): VerifierCase {
  const [head = "", ...sections] = text.split(/^=== /m);
  const lines = head.split("\n").map((line) => line.trim());
  const intent =
    lines
      .find((line) => line.startsWith("#"))
      ?.slice(1)
      .trim() ?? "";
  if (intent === "") throw new Error(`${name}: no line says what the case shows`);
  const maps: VerifierMap[] = [];
  let type: ProgramType = "raw_tracepoint";
  let attach: TracingAttach | undefined;
  for (const line of lines) {
    const [word, ...rest] = line.split(/\s+/);
    if (word === "type") {
      type = (rest[0] ?? "") as ProgramType; // checked by the kernel judge's table
      attach = rest[1] === undefined ? undefined : readAttach(rest[1]);
    } else if (word === "map") {
      maps.push(readMap(rest));
    }
  }
  const section = (title: string): string | undefined => {
    const found = sections.find((each) => each.split("\n")[0]?.trim() === title);
    return found?.slice(found.indexOf("\n") + 1);
  };
  const source = section("program");
  if (source === undefined) throw new Error(`${name}: no program`);
  const readVerdict = (prefix: string): CaseVerdict | undefined => {
    const refused = section(`${prefix}refuse`);
    if (refused !== undefined) return { verdict: "refused", message: refused.trim(), walked: undefined };
    const accepted = section(`${prefix}accept`)?.trim();
    if (accepted === undefined) return undefined;
    const walked = /^walked (\d+)$/.exec(accepted)?.[1];
    if (walked === undefined && accepted !== "") throw new Error(`${name}: "${accepted}" says nothing`);
    return { verdict: "accepted", message: "", walked: walked === undefined ? undefined : Number(walked) };
  };
  const verdict = readVerdict("");
  if (verdict === undefined) throw new Error(`${name}: no verdict`);
  return {
    intent,
    program: { name, type, attach, code: assemble(source, maps), maps, globals: [], gpl: true, funcInfo: true },
    ...verdict,
    older: readVerdict("6.1 "),
  };
}

function readAttach(text: string): TracingAttach {
  const [kind, name = ""] = text.split(":");
  if (kind === "tp_btf" || kind === "iter") return { kind, name };
  if (kind === "fentry" || kind === "fexit") return { kind, function: name };
  throw new Error(`no way to attach: ${text}`);
}

function readMap(words: readonly string[]): VerifierMap {
  const [name = "", kindName = "", ...rest] = words;
  const kind = MAP_KINDS.find((each) => each.name === kindName);
  if (kind === undefined) throw new Error(`no map type ${kindName}`);
  const fields = new Map(rest.map((word) => word.split("=")).map(([key = "", value = ""]) => [key, value]));
  const number = (key: string, otherwise: number): number => Number(fields.get(key) ?? otherwise);
  const hex = fields.get("bytes");
  return {
    name,
    type: kind.number,
    keySize: number("key", 4),
    valueSize: number("value", 8),
    maxEntries: number("entries", 4),
    flags: number("flags", 0),
    frozen:
      hex === undefined ? undefined : Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
    unknownBytes: undefined,
    inner: undefined,
    special: fields.has("special") ? [fields.get("special") ?? ""] : [],
  };
}

/** Instructions with maps as indices; a line `raw 16 hex digits` is one slot as it is. */
export function assemble(source: string, maps: readonly VerifierMap[]): Uint8Array {
  if (/^\s*raw /m.test(source)) {
    const slots = [...source.matchAll(/^\s*raw\s+([0-9a-f ]+)/gm)].map(([, hex = ""]) => hex.replaceAll(" ", ""));
    return Uint8Array.from(slots.join("").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  }
  const { bytes, relocations } = layout(parseInsns(source));
  const code = bytes.slice();
  const view = new DataView(code.buffer);
  for (const { slot, target } of relocations) {
    if (target.kind !== "map" && target.kind !== "map-value")
      throw new Error(`${target.kind} ${target.name} is not resolved`);
    const index = maps.findIndex((map) => map.name === target.name);
    if (index < 0) throw new Error(`no map ${target.name}`);
    view.setUint8(slot * 8 + 1, (view.getUint8(slot * 8 + 1) & 15) | (target.kind === "map" ? 0x10 : 0x20));
    view.setInt32(slot * 8 + 4, index, true);
    if (target.kind === "map-value") view.setInt32(slot * 8 + 12, target.offset, true);
  }
  for (let slot = 0; slot < code.length / 8; slot++) {
    // a call or address of a function in the same list: its kind is not in the bytes that an object has
    if (view.getUint8(slot * 8) === 0x18) slot++;
  }
  return code;
}

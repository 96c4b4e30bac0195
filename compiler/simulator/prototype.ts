/** What the kernel's types say of a place in code: its parameters, by name and by the words that they take, and its result. */
import { resolve, sizeOf } from "../btf/layout.ts";
import type { TypeId } from "../btf/types.ts";
import type { Snapshot } from "../snapshot/snapshot.ts";
import { branded } from "../util/brand.ts";
import type { EventPlace } from "./attach.ts";
import type { Typed } from "./c-values.ts";

export type Parameter = {
  readonly name: string;
  readonly typed: Typed;
  /**
   * First of its words, and how many: a struct passed by value takes as many words of eight bytes as its size needs
   * (btf_distill_func_proto in kernel/bpf/btf.c, save_args in arch/x86/net/bpf_jit_comp.c); none if it is larger than 16
   * bytes: then it stands on the caller's stack, and the kernel traces the function by registers only.
   */
  readonly at: number;
  readonly words: number;
};

/** A function's parameters and result, or a raw tracepoint's arguments. */
export type Prototype = {
  readonly params: readonly Parameter[];
  /** Of all parameters. */
  readonly words: number;
  readonly returns: Typed | undefined;
  readonly byName: ReadonlyMap<string, Parameter>;
};

/** Of a struct in registers. */
const MOST_WORDS = 2;

export function findPrototype(snapshot: Snapshot, place: EventPlace): Prototype | undefined {
  if (place.kind === "raw") return rawPrototype(snapshot, place.name);
  if (place.kind !== "enter" && place.kind !== "return") return undefined;
  const found = snapshot.functionType(place.name);
  return found === undefined ? undefined : prototype(found.btf, found.proto, 0);
}

/** Functions that the kernel makes for a tracepoint: parameters have names in one of them, behind the kernel's own. */
const RAW_PREFIXES = ["__bpf_trace_", "__probestub_", "__traceiter_"];

function rawPrototype(snapshot: Snapshot, name: string): Prototype | undefined {
  let unnamed: Prototype | undefined;
  for (const prefix of RAW_PREFIXES) {
    const found = snapshot.functionType(`${prefix}${name}`);
    const made = found === undefined ? undefined : prototype(found.btf, found.proto, 1);
    if (made === undefined) continue;
    if (made.params.every((param) => !/^arg\d+$/.test(param.name))) return made;
    unnamed ??= made;
  }
  if (unnamed !== undefined) return unnamed;
  for (const btf of [snapshot.btf, ...snapshot.modules.flatMap((module) => snapshot.moduleBtf(module) ?? [])]) {
    const typedef = btf.find("typedef", `btf_trace_${name}`);
    if (typedef === undefined) continue;
    const pointer = btf.type(resolve(btf, typedef));
    if (pointer.kind === "ptr") return prototype(btf, resolve(btf, pointer.type), 1);
  }
  return undefined;
}

function prototype(btf: Typed["btf"], id: TypeId, skip: number): Prototype | undefined {
  const type = btf.type(id);
  if (type.kind !== "func_proto") return undefined;
  const params: Parameter[] = [];
  let at = 0;
  for (const { name, type: param } of type.params.slice(skip)) {
    const words = wordsOf({ btf, type: param });
    params.push({ name: name === "" ? `arg${at}` : name, typed: { btf, type: param }, at, words });
    at += words;
  }
  const returns = type.returns === branded<TypeId>(0) ? undefined : { btf, type: type.returns };
  return { params, words: at, returns, byName: new Map(params.map((param) => [param.name, param])) };
}

function wordsOf({ btf, type }: Typed): number {
  const { kind } = btf.type(resolve(btf, type));
  if (kind !== "struct" && kind !== "union") return 1;
  const words = Math.ceil((sizeOf(btf, type) ?? 8) / 8);
  return words > MOST_WORDS ? 0 : Math.max(1, words);
}

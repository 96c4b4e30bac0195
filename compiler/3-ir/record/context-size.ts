/** How much of a program's context a recording keeps: all that the probe hands over, as far as the kernel's types tell. */
import { resolveType, sizeOf } from "../../btf/layout.ts";
import type { Btf, TypeId } from "../../btf/types.ts";
import { archOf } from "../../lang/arch/index.ts";
import type { Arch, Snapshot } from "../../snapshot/snapshot.ts";
import { alignUp } from "../../types/layout.ts";
import type { Attach, Function as Fn, ProgramDef } from "../ir.ts";

/** What perf_event programs see behind the registers (struct bpf_perf_event_data): sample_period, addr. */
const PERF_WORDS = 2;
/** Tracepoints of a pattern that are asked for their size. */
const PATTERN_LIMIT = 256;

/** Bytes from the context's start. */
export function contextSize(program: ProgramDef, fn: Fn, snapshot: Snapshot, arch: Arch): number {
  const registers = Math.max(...Object.values(archOf(arch).registers)) + 8;
  switch (program.program) {
    case "raw_tp_run":
      return 0;
    case "perf_event":
      return registers + 8 * PERF_WORDS;
    case "tracepoint":
      return alignUp(Math.max(used(fn), ...program.attach.map((attach) => recordSize(attach, snapshot))), 8);
    case "fentry":
    case "fexit":
    case "tp_btf":
    case "raw_tp":
      return Math.max(used(fn), ...program.attach.map((attach) => 8 * argumentWords(attach, snapshot)));
    case "iter":
      return used(fn);
    default:
      return registers;
  }
}

/** Bytes that the program itself reads off the context. */
function used(fn: Fn): number {
  const contexts = new Set<number>();
  let end = 0;
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (inst.kind === "context") contexts.add(inst.dst);
      if (inst.kind === "load" && contexts.has(inst.base)) end = Math.max(end, inst.offset + inst.size);
    }
  }
  return alignUp(end, 8);
}

function recordSize(attach: Attach, snapshot: Snapshot): number {
  if (attach.kind !== "tracepoint") return 0;
  const { category, event } = attach;
  const names = `${category}${event}`.includes("*")
    ? snapshot.tracepoints(category, event).slice(0, PATTERN_LIMIT)
    : [{ category, event }];
  const ends = names.flatMap((name) => {
    const fields = snapshot.tracepoint(name.category, name.event)?.fields ?? [];
    return fields.map((field) => field.offset + field.size);
  });
  return Math.max(0, ...ends);
}

function argumentWords(attach: Attach, snapshot: Snapshot): number {
  if (attach.kind === "rawtracepoint") {
    for (const module of [undefined, ...snapshot.modules]) {
      const btf = module === undefined ? snapshot.btf : snapshot.moduleBtf(module);
      const id = btf?.find("typedef", `btf_trace_${attach.event}`);
      const pointer = btf === undefined || id === undefined ? undefined : resolveType(btf, id);
      // The first parameter is the tracepoint's own data.
      if (btf !== undefined && pointer?.kind === "ptr") return wordsOf(btf, pointer.type, 1, false);
    }
    return 0;
  }
  if (attach.kind !== "fentry" && attach.kind !== "fexit") return 0;
  const found = snapshot.functionType(attach.function, attach.module);
  return found === undefined ? 0 : wordsOf(found.btf, found.proto, 0, attach.kind === "fexit");
}

function wordsOf(btf: Btf, proto: TypeId, skip: number, withResult: boolean): number {
  const type = resolveType(btf, proto);
  if (type.kind !== "func_proto") return 0;
  const words = type.params
    .slice(skip)
    .reduce((sum, param) => sum + Math.max(1, Math.ceil((sizeOf(btf, param.type) ?? 8) / 8)), 0);
  return words + (withResult && sizeOf(btf, type.returns) !== undefined ? 1 : 0);
}

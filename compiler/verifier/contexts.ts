/**
 * What a program finds in its context, by program type: kernel/trace/bpf_trace.c (*_prog_is_valid_access),
 * net/core/filter.c (sk_filter_is_valid_access), kernel/bpf/btf.c (btf_ctx_access).
 */
import { resolve, resolveType } from "../btf/layout.ts";
import type { Btf, BtfType, TypeId } from "../btf/types.ts";
import { NOT_KNOWN, NUMBER, pointerTo, refused } from "./answer.ts";
import { FLAG, TYPE } from "./codes.ts";
import { nullableArgument } from "./profiles/nullable-arguments.ts";
import { isSince } from "./profiles/profile.ts";
import type { TracingAttach, VerifierProgram, VerifyEnv } from "./program.ts";

export type ContextAccess = (off: number, size: number, write: boolean) => bigint;

/** struct pt_regs of x86_64. */
const PT_REGS = 168;
/** Longest record of a tracepoint. */
const MAX_RECORD = 8192;
const MAX_ARGUMENTS = 12;

export function contextOf(program: VerifierProgram, env: VerifyEnv): ContextAccess {
  switch (program.type) {
    case "kprobe":
      return (off, size, write) => {
        if (off < 0 || off >= PT_REGS || off % size !== 0 || off + size > PT_REGS) return refused();
        return write && !isSince(env.profile, "6.19") ? refused() : NUMBER;
      };
    case "tracepoint":
      // offsets below 0 pass: the kernel compares them unsigned with the first limit and signed with the second
      return (off, size, write) =>
        write || (off >= 0 && off < 8) || off >= (isSince(env.profile, "6.9") ? MAX_RECORD : 2048) || off % size !== 0
          ? refused()
          : NUMBER;
    case "perf_event":
      return perfEvent;
    case "raw_tracepoint":
      return (off, size, write) =>
        write || off < 0 || off >= 8 * MAX_ARGUMENTS || off % size !== 0 ? refused() : NUMBER;
    case "raw_tracepoint_writable":
      return () => NOT_KNOWN;
    case "tracing":
      return tracing(program.attach, env);
    case "socket_filter":
      return socketBuffer;
  }
}

/** struct bpf_perf_event_data: registers, then two words that may be read in parts. */
function perfEvent(off: number, size: number, write: boolean): bigint {
  if (write || off < 0 || off >= PT_REGS + 16 || off % size !== 0) return refused();
  if (off >= PT_REGS) return NUMBER;
  return size === 8 ? NUMBER : refused();
}

/** struct __sk_buff for socket filters: words; cb may be written; some members are for other program types. */
const SKB = {
  cb: [48, 68],
  tcClassid: [72, 76],
  data: [76, 80],
  dataEnd: [80, 84],
  napiId: [84, 88],
  family: [88, 136],
  dataMeta: [140, 144],
  flowKeys: [144, 152],
  tstamp: [152, 160],
  wireLength: [160, 164],
  gsoSegments: [164, 168],
  sk: [168, 176],
  gsoSize: [176, 180],
  hwtstamp: [184, 192],
  end: 192,
} as const;

function socketBuffer(off: number, size: number, write: boolean): bigint {
  const inside = ([from, to]: readonly [number, number]): boolean => off >= from && off < to;
  if (off < 0 || off >= SKB.end || off % size !== 0) return refused();
  const hidden = [SKB.tcClassid, SKB.data, SKB.dataEnd, SKB.family, SKB.dataMeta, SKB.flowKeys, SKB.tstamp];
  if (hidden.some(inside) || inside(SKB.wireLength) || inside(SKB.hwtstamp)) return refused();
  if (inside(SKB.sk)) return off === SKB.sk[0] && size === 8 && !write ? NOT_KNOWN : refused();
  if (off >= 180 && off < 184) return refused();
  if (inside(SKB.cb)) return off + size <= SKB.cb[1] ? NUMBER : refused();
  if (write) return refused();
  return size <= 4 ? NUMBER : refused();
}

function tracing(attach: TracingAttach | undefined, env: VerifyEnv): ContextAccess {
  const { btf } = env;
  const unknown: ContextAccess = () => NOT_KNOWN;
  if (attach === undefined || btf === undefined) return unknown;
  const found = prototypeOf(attach, btf);
  if (found === undefined) return unknown;
  const { params, returns } = found;
  return (off, size, write) => {
    if (write || off < 0 || off >= 8 * MAX_ARGUMENTS || off % size !== 0 || off % 8 !== 0) return refused();
    const index = off / 8;
    let id = params[index];
    if (index === params.length && attach.kind === "fexit") id = returns;
    if (id === undefined) return refused();
    const type = resolveType(btf, id);
    if (type.kind === "struct" || type.kind === "union") return NOT_KNOWN; // passed in several words
    if (type.kind === "int" || type.kind === "enum" || type.kind === "enum64") return NUMBER;
    if (type.kind !== "ptr" || size !== 8) return refused();
    return argumentPointer(btf, type, attach, index, env);
  };
}

/** Iterators' arguments that point to what is walked, by number: ctx_arg_info where each is registered. */
const ITERATED: ReadonlyMap<string, readonly number[]> = new Map([
  ["bpf_link", [1]],
  ["bpf_map", [1]],
  ["bpf_prog", [1]],
  ["cgroup", [1]],
  ["ipv6_route", [1]],
  ["ksym", [1]],
  ["netlink", [1]],
  ["task", [1]],
  ["task_file", [1, 3]],
  ["task_vma", [1, 2]],
  ["tcp", [1]],
  ["udp", [1]],
  ["unix", [1]],
]);

function argumentPointer(
  btf: Btf,
  type: BtfType & { readonly kind: "ptr" },
  attach: TracingAttach,
  index: number,
  env: VerifyEnv,
): bigint {
  const target = resolve(btf, type.type);
  const struct = btf.type(target);
  if (struct.kind === "void" || struct.kind === "int") return NUMBER;
  if (struct.kind !== "struct" && struct.kind !== "union") return isSince(env.profile, "6.18") ? NUMBER : NOT_KNOWN;
  let flags = 0;
  const tag = btf.type(type.type);
  if (tag.kind === "type_tag" && tag.name === "user") flags |= FLAG.USER;
  if (tag.kind === "type_tag" && tag.name === "percpu") flags |= FLAG.PERCPU;
  const trusts = isSince(env.profile, "6.2");
  if (attach.kind === "tp_btf") {
    if (trusts) flags |= FLAG.TRUSTED;
    // 6.13 brought it, and the stable releases of 6.12 have it too
    const nullable = isSince(env.profile, "6.12") ? nullableArgument(attach.name, index) : "no";
    if (nullable === "error") return NUMBER;
    if (nullable === "null") flags |= FLAG.MAYBE_NULL;
  } else if (attach.kind === "iter") {
    if (trusts) flags |= FLAG.TRUSTED;
    if (index > 0) {
      // what an iterator walks may be null at its end
      const walked = ITERATED.get(attach.name);
      if (walked === undefined || !walked.includes(index)) return NOT_KNOWN;
      flags |= FLAG.MAYBE_NULL;
    }
  }
  return pointerTo(TYPE.BTF | flags, target);
}

type Prototype = { readonly params: readonly TypeId[]; readonly returns: TypeId };

/** Arguments of the function, tracepoint or iterator; undefined: this kernel has none of that name. */
export function prototypeOf(attach: TracingAttach, btf: Btf): Prototype | undefined {
  const proto = (id: TypeId | undefined): (BtfType & { readonly kind: "func_proto" }) | undefined => {
    const type = id === undefined ? undefined : resolveType(btf, id);
    return type?.kind === "func_proto" ? type : undefined;
  };
  const ofFunction = (name: string): (BtfType & { readonly kind: "func_proto" }) | undefined => {
    const id = btf.find("func", name);
    const type = id === undefined ? undefined : btf.type(id);
    return type?.kind === "func" ? proto(type.type) : undefined;
  };
  switch (attach.kind) {
    case "tp_btf": {
      const id = btf.find("typedef", `btf_trace_${attach.name}`);
      const type = id === undefined ? undefined : resolveType(btf, id);
      const found = type?.kind === "ptr" ? proto(type.type) : undefined;
      return found && { params: found.params.slice(1).map((param) => param.type), returns: found.returns };
    }
    case "iter":
    case "fentry":
    case "fexit": {
      const found = ofFunction(attach.kind === "iter" ? `bpf_iter_${attach.name}` : attach.function);
      return found && { params: found.params.map((param) => param.type), returns: found.returns };
    }
  }
}

/**
 * Functions of an object that the kernel verifies on their own, by their prototypes: those with global linkage.
 *
 * Kernel: btf_prepare_func_args in kernel/bpf/btf.c.
 */
import { resolveType, sizeOf } from "../btf/layout.ts";
import type { Btf, TypeId } from "../btf/types.ts";
import type { ElfSymbol } from "../elf/format.ts";
import { branded } from "../util/brand.ts";
import { GLOBAL_ARG } from "./codes.ts";
import type { GlobalFunction, ProgramType } from "./program.ts";

/** Names of context types that a parameter may have, by program type. */
const CONTEXTS: Readonly<Record<ProgramType, readonly string[]>> = {
  kprobe: ["pt_regs", "bpf_user_pt_regs_t", "user_pt_regs"],
  perf_event: ["bpf_perf_event_data", "pt_regs", "bpf_user_pt_regs_t"],
  tracepoint: [],
  raw_tracepoint: ["bpf_raw_tracepoint_args"],
  raw_tracepoint_writable: ["bpf_raw_tracepoint_args"],
  tracing: [],
  socket_filter: ["__sk_buff"],
};

export function globalFunctions(
  functions: readonly { readonly symbol: ElfSymbol; readonly start: number }[],
  btf: Btf | undefined,
  type: ProgramType,
): readonly GlobalFunction[] {
  return functions.slice(1).flatMap(({ symbol, start }): GlobalFunction[] => {
    const hidden = symbol.visibility === "hidden" || symbol.visibility === "internal";
    if (symbol.bind === "local" || hidden) return [];
    const id = btf?.find("func", symbol.name);
    const fn = btf === undefined || id === undefined ? undefined : btf.type(id);
    if (btf === undefined || id === undefined || fn?.kind !== "func" || fn.linkage !== "global") return [];
    const proto = resolveType(btf, fn.type);
    if (proto.kind !== "func_proto") return [];
    const tagged = hasTags(btf, id);
    const args = proto.params.map(({ type: param }) =>
      tagged ? { kind: GLOBAL_ARG.UNKNOWN, size: 0 } : parameter(btf, param, type),
    );
    if (args.length > 5) return [{ start, args: [{ kind: GLOBAL_ARG.UNKNOWN, size: 0 }], isVoid: false }];
    return [{ start, args, isVoid: resolveType(btf, proto.returns).kind === "void" }];
  });
}

function hasTags(btf: Btf, id: TypeId): boolean {
  for (let n = 1; n < btf.count; n++) {
    const type = btf.type(branded<TypeId>(n));
    if (type.kind === "decl_tag" && type.type === id) return true;
  }
  return false;
}

function parameter(btf: Btf, id: TypeId, program: ProgramType): { readonly kind: number; readonly size: number } {
  const type = resolveType(btf, id);
  if (type.kind === "int" || type.kind === "enum" || type.kind === "enum64")
    return { kind: GLOBAL_ARG.SCALAR, size: 0 };
  if (type.kind !== "ptr") return { kind: GLOBAL_ARG.UNKNOWN, size: 0 };
  for (let at = type.type, depth = 0; depth < 8; depth++) {
    const named = btf.type(at);
    if ("name" in named && CONTEXTS[program].includes(named.name)) return { kind: GLOBAL_ARG.CTX, size: 0 };
    if (named.kind !== "typedef" && named.kind !== "const" && named.kind !== "volatile") break;
    at = named.type;
  }
  const size = sizeOf(btf, type.type);
  return size === undefined ? { kind: GLOBAL_ARG.UNKNOWN, size: 0 } : { kind: GLOBAL_ARG.MEM, size };
}

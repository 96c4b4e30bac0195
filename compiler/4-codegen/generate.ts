/**
 * Code generation: an optimised module → symbolic instructions.
 *
 * Per function: frame layout, selection, colouring (again after each spilling), placement of blocks, peepholes. The
 * kernel allows 512 bytes of stack along a chain of calls (MAX_BPF_STACK, check_max_stack_depth_subprog in
 * kernel/bpf/verifier.c, which counts each frame rounded up to 32): more is the script's problem, reported with what
 * takes the room. So is a loop that nothing ends.
 */
import type { Function as Fn, Module } from "../3-ir/ir.ts";
import type { Btf } from "../btf/types.ts";
import { codegenCatalog } from "../diagnostics/catalog/codegen.ts";
import { collector, type Note, type Result } from "../diagnostics/diagnostic.ts";
import type { Span } from "../source/span.ts";
import { invariant } from "../util/assert.ts";
import { colour } from "./allocate.ts";
import { endlessLoop, unchangingLoop } from "./endless-loops.ts";
import { applyColours, expand } from "./expand.ts";
import { type Frame, layoutFrame } from "./frame.ts";
import { peephole } from "./peephole.ts";
import type { Code, CodeModule } from "./program.ts";
import { select } from "./select.ts";
import { spill } from "./spill.ts";
import type { Isa } from "./values.ts";

export type CodegenEnv = {
  readonly btf: Btf;
  readonly source: { readonly name: string; readonly text: string };
  /** v2: for kernels before 5.1. */
  readonly isa: Isa;
  readonly arch: "x86_64" | "aarch64";
};

/** MAX_BPF_STACK, include/linux/filter.h. */
const STACK_LIMIT = 512;
/** Spilling converges in two or three rounds; more means that it does not. */
const MAX_ROUNDS = 24;

/** Generates every function of the module; reports frames that do not fit and loops without an end. */
export function generate(module: Module, env: CodegenEnv): Result<CodeModule> {
  const { report, diagnostics } = collector(codegenCatalog);
  const sessions = new Set(module.manifest.sessions?.map(({ name }) => name));
  const spans = new Map(module.programs.map((program) => [program.function, program.span]));
  const code: Code[] = [];
  for (const fn of module.functions) {
    const frame = layoutFrame(fn);
    const generated = generateFunction(fn, frame, env.isa);
    code.push(generated);
    // What is wrong with a session is wrong with its two programs too, but for its stack, which is that of both.
    if (sessions.has(fn.name)) continue;
    const endless = endlessLoop(fn);
    if (endless !== undefined) report("loop-never-left", endless.span ?? spans.get(fn.name), {});
    const unchanging = endless === undefined ? unchangingLoop(fn) : undefined;
    if (unchanging !== undefined) report("loop-unchanging", unchanging.span ?? spans.get(fn.name), {});
    if (generated.frame > STACK_LIMIT) {
      const params = { probe: fn.name, bytes: generated.frame, limit: STACK_LIMIT };
      report("stack-overflow", spans.get(fn.name) ?? firstSpan(fn), params, roomNotes(fn, frame, generated.frame));
    }
  }
  const unfit = new Set<string>();
  for (const [name, span] of spans) {
    const deepest = deepestChain(name, module, code);
    if (deepest.bytes <= STACK_LIMIT) continue;
    if (sessions.has(name)) unfit.add(name);
    else if (deepest.chain.length > 1) {
      const chain = deepest.chain.map((step) => `${step.name}: ${step.bytes}`).join(", ");
      report("call-stack-overflow", span, { probe: name, bytes: deepest.bytes, limit: STACK_LIMIT, chain });
    }
  }
  const { programs, maps, data, license, manifest } = module;
  const value = { programs, code, maps, data, license, manifest, btf: env.btf, source: env.source };
  return { value: unfit.size === 0 ? value : withoutSessions(value, unfit), diagnostics };
}

/** The module without sessions that loaders could not load: their two programs do the same. */
function withoutSessions(module: CodeModule, unfit: ReadonlySet<string>): CodeModule {
  const { sessions = [], ...manifest } = module.manifest;
  const kept = sessions.filter(({ name }) => !unfit.has(name));
  return {
    ...module,
    programs: module.programs.filter((program) => !unfit.has(program.function)),
    code: module.code.filter(({ name }) => !unfit.has(name)),
    manifest: kept.length > 0 ? { ...manifest, sessions: kept } : manifest,
  };
}

/** Generates one function; the frame may come out too large. */
export function generateFunction(fn: Fn, frame: Frame, isa: Isa): Code {
  const machine = select(fn, frame, isa);
  const unspillable = new Set<number>();
  for (let round = 0; ; round++) {
    invariant(round < MAX_ROUNDS, "codegen", `registers of ${fn.name} cannot be allocated`);
    const { registers, spilled, graph } = colour(machine, unspillable);
    if (spilled.length > 0) {
      spill(machine, spilled, graph, unspillable);
      continue;
    }
    applyColours(machine, registers);
    break;
  }
  peephole(machine);
  const { insns, tracepoints } = expand(machine);
  return { name: fn.name, kind: fn.kind, arguments: fn.arguments, insns, frame: machine.frame, tracepoints };
}

/** What stands on the stack, largest first. */
function roomNotes(fn: Fn, frame: Frame, total: number): readonly Note[] {
  const slots = fn.slots.filter((slot) => frame.offsets.has(slot.id)).sort((a, b) => b.size - a.size);
  const notes: Note[] = slots.slice(0, 5).map((slot) => ({
    text: `${slot.name} takes ${slot.size} bytes`,
    span: slotSpan(fn, slot.id),
  }));
  if (slots.length > 5) notes.push({ text: `${slots.length - 5} more values stand on the stack`, span: undefined });
  if (total > frame.size)
    notes.push({ text: `registers kept in memory take ${total - frame.size} bytes`, span: undefined });
  return notes;
}

function slotSpan(fn: Fn, slot: number): Span | undefined {
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts)
      if (inst.kind === "slot" && inst.slot === slot && inst.span !== undefined) return inst.span;
  }
  return undefined;
}

function firstSpan(fn: Fn): Span | undefined {
  for (const block of fn.blocks.values()) for (const inst of block.insts) if (inst.span !== undefined) return inst.span;
  return undefined;
}

type Chain = { readonly bytes: number; readonly chain: readonly { readonly name: string; readonly bytes: number }[] };

/** The chain of calls and callbacks that takes the most stack. */
function deepestChain(name: string, module: Module, code: readonly Code[], above: readonly string[] = []): Chain {
  const fn = module.functions.find((one) => one.name === name);
  const own = code.find((one) => one.name === name);
  if (fn === undefined || own === undefined || above.includes(name)) return { bytes: 0, chain: [] };
  // round_up(max_t(u32, stack_depth, 1), 32)
  const bytes = Math.ceil(Math.max(own.frame, 1) / 32) * 32;
  let deepest: Chain = { bytes: 0, chain: [] };
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (inst.kind !== "call-function" && inst.kind !== "function") continue;
      const below = deepestChain(inst.name, module, code, [...above, name]);
      if (below.bytes > deepest.bytes) deepest = below;
    }
  }
  return { bytes: bytes + deepest.bytes, chain: [{ name, bytes }, ...deepest.chain] };
}

/**
 * Programs that stand for two: of a script that traces the same functions where they are entered and where they return.
 *
 * Kernels from 6.10 on attach one program to both with one link (kprobe.session), which is called less often and found
 * faster than two. Such a program asks the kernel's note of this call which of both it is, and goes the way of the one or the
 * other program, so that all that these count and print is theirs. A loader takes it in place of both, or leaves it
 * (spec/decisions/0013). On kernels without such notes it is the program where functions are entered.
 */
import type { Probe } from "../../2-check/typed.ts";
import type { Attach, SessionEntry } from "../../5-object/manifest.ts";
import type { CoreReference } from "../../ebpf/insn.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import { blockId, definedBy, Fresh, mapBlocks, mapEnd, mapInst, mapJumps, slotId, valueId } from "../edit.ts";
import type { Block, BlockId, Function as Fn, Inst, ProgramDef, ValueId } from "../ir.ts";
import { FunctionBuilder } from "./function-builder.ts";
import { type KernelField, kernelField } from "./kernel-field.ts";

export type Session = { readonly fn: Fn; readonly program: ProgramDef; readonly entry: SessionEntry };

/** A session for each pattern that has one block where functions are entered, and one where they return. */
export function buildSessions(
  probes: readonly Probe[],
  functions: readonly Fn[],
  snapshot: Snapshot,
): readonly Session[] {
  const pairs = findPairs(probes);
  const note = pairs.length === 0 ? undefined : findNote(snapshot);
  if (note === undefined) return [];
  return pairs.flatMap(([entry, returns]) => {
    const [begins, ends] = [probes[entry], probes[returns]];
    const [first, second] = [begins, ends].map((probe) => functions.find((fn) => fn.name === probe?.name));
    if (begins === undefined || first === undefined || second === undefined) return [];
    const name = `${begins.name}_session`;
    return [
      {
        fn: joined(askSide(name, note), first, second),
        program: { function: name, program: begins.program, section: begins.section, attach: [], span: begins.span },
        entry: { name, section: begins.section, entry, returns },
      },
    ];
  });
}

/** Indexes of probes with the same functions. More than two could not keep their order, and one has nothing to share. */
function findPairs(probes: readonly Probe[]): readonly (readonly [entry: number, returns: number])[] {
  const byTargets = new Map<string, { readonly entries: number[]; readonly returns: number[] }>();
  for (const [index, { attach }] of probes.entries()) {
    const targets = sharedTargets(attach);
    if (targets === undefined) continue;
    const found = byTargets.get(targets) ?? { entries: [], returns: [] };
    byTargets.set(targets, found);
    (attach[0]?.kind === "kprobe" ? found.entries : found.returns).push(index);
  }
  return [...byTargets.values()].flatMap(({ entries, returns }) => {
    const [entry] = entries;
    const [back] = returns;
    if (entry === undefined || back === undefined || entries.length + returns.length > 2) return [];
    // What `probe` is comes with the link: with one link it would be the same on both sides.
    return probes[entry]?.nameSize === 0 && probes[back]?.nameSize === 0 ? [[entry, back] as const] : [];
  });
}

/** The functions of a probe in words; undefined if they are one only, or no whole functions of the kernel. */
function sharedTargets(attach: readonly Attach[]): string | undefined {
  const names: string[] = [];
  for (const each of attach) {
    if (each.kind !== attach[0]?.kind || (each.kind !== "kprobe" && each.kind !== "kretprobe")) return undefined;
    if (each.address !== undefined || (each.offset ?? 0) !== 0) return undefined;
    names.push(`${each.module ?? ""}:${each.function}`);
  }
  return names.length > 1 || names.some((name) => /[*?[]/.test(name)) ? names.join(",") : undefined;
}

/** Where the kernel keeps its note: of a task, and of a call (struct bpf_session_run_ctx, kernel/trace/bpf_trace.c). */
type Note = { readonly calls: KernelField; readonly isReturn: KernelField; readonly exists: CoreReference };

function findNote(snapshot: Snapshot): Note | undefined {
  const calls = kernelField(snapshot, "task_struct", "bpf_ctx");
  const isReturn = kernelField(snapshot, "bpf_session_run_ctx", "is_return");
  if (calls === undefined || isReturn === undefined) return undefined;
  return { calls, isReturn, exists: { ...isReturn.core, kind: "field_exists" } };
}

type Question = { readonly fn: Fn; readonly entered: BlockId; readonly returned: BlockId };

/** A program of the question, and of two blocks for its answers. */
function askSide(name: string, { calls, isReturn, exists }: Note): Question {
  const fn = new FunctionBuilder(name, "program", 1);
  const [known, entered, returned] = [fn.block(), fn.block(), fn.block()];
  fn.branch("ne", fn.core(exists, 1n), fn.const(0), known, entered, { unlikely: "else" });
  fn.enter(known);
  const task = fn.call("get_current_task_btf", [], { pure: true });
  const { offset, core } = calls;
  const call = fn.load({ base: task, offset, memory: "kernel", align: 8 }, 8, false, { core });
  const answer = fn.slot(fn.newSlot(8, 8, "session"));
  fn.zero({ base: answer, offset: 0, memory: "stack", align: 8 }, 8);
  const from = fn.binary("add", call, fn.core(isReturn.core, BigInt(isReturn.offset)));
  fn.call("probe_read_kernel", [answer, fn.const(1), from], { reads: "any", writes: "stack" });
  const side = fn.load({ base: answer, offset: 0, memory: "stack", align: 8 }, 1, false);
  fn.branch("eq", side, fn.const(0), entered, returned);
  for (const block of [entered, returned]) {
    fn.enter(block);
    fn.return(fn.const(0));
  }
  return { fn: fn.finish(), entered, returned };
}

/** The question's function, with each of its answers replaced by a program. */
function joined({ fn, entered, returned }: Question, begins: Fn, ends: Fn): Fn {
  const first = withoutResult(renumbered(begins, fn));
  const second = withoutResult(renumbered(ends, first));
  const entries = new Map([
    [entered, first.entry],
    [returned, second.entry],
  ]);
  const question = [...fn.blocks.values()].filter(({ id }) => !entries.has(id));
  const blocks = question.map((block) => ({
    ...block,
    end: mapJumps(block.end, (jump) => ({ ...jump, to: entries.get(jump.to) ?? jump.to })),
  }));
  const all = [...blocks, ...first.blocks.values(), ...second.blocks.values()];
  return {
    ...fn,
    blocks: new Map(all.map((block) => [block.id, block])),
    slots: [...fn.slots, ...first.slots, ...second.slots],
    nextValue: second.nextValue,
    nextBlock: second.nextBlock,
  };
}

/** Always 0: where a session is entered, another result tells the kernel that its return is of no interest. */
function withoutResult(fn: Fn): Fn {
  const fresh = new Fresh(fn);
  const changed = mapBlocks(fn, (block) => {
    if (block.end.kind !== "return") return block;
    const value = fresh.value();
    const zero: Inst = { kind: "const", dst: value, value: 0n, span: block.end.span };
    return { ...block, insts: [...block.insts, zero], end: { ...block.end, value } };
  });
  return fresh.apply(changed);
}

/** The function with numbers that begin where another's end. */
function renumbered(fn: Fn, before: Fn): Fn {
  const value = (id: ValueId): ValueId => valueId(id + before.nextValue);
  const block = (id: BlockId): BlockId => blockId(id + before.nextBlock);
  const firstSlot = before.slots.reduce((most, { id }) => Math.max(most, id + 1), 0);
  const inst = (old: Inst): Inst => {
    const dst = definedBy(old);
    const next = mapInst(old, value);
    if (next.kind === "slot") return { ...next, dst: value(next.dst), slot: slotId(next.slot + firstSlot) };
    return dst === undefined ? next : ({ ...next, dst: value(dst) } as Inst); // what defines a value keeps it in `dst`
  };
  const blocks = [...fn.blocks.values()].map(
    (old): Block => ({
      id: block(old.id),
      params: old.params.map(value),
      insts: old.insts.map(inst),
      end: mapJumps(mapEnd(old.end, value), (jump) => ({ ...jump, to: block(jump.to) })),
    }),
  );
  return {
    ...fn,
    entry: block(fn.entry),
    blocks: new Map(blocks.map((each) => [each.id, each])),
    slots: fn.slots.map((slot) => ({ ...slot, id: slotId(slot.id + firstSlot) })),
    nextValue: before.nextValue + fn.nextValue,
    nextBlock: before.nextBlock + fn.nextBlock,
  };
}

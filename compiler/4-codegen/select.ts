/**
 * Instruction selection: a function of the intermediate form → machine blocks over virtual registers.
 *
 * Blocks and instructions are visited backwards, so that only what is needed is made, and an instruction may take in
 * the one that makes its operand (an addition into an offset, an extension into a 32-bit operation). Constants and
 * addresses are made where they are used. Block parameters become registers that every jump writes; a branch with
 * arguments gets a block of its own for them.
 *
 * Relies on: no `scalars` keys or values (pass key-slots), constants on the right of commutative operations (fold).
 * Guarantees: pointers are never operands of 32-bit operations unless the script itself cut them.
 */
import { blockId } from "../3-ir/edit.ts";
import { coldBlocks, dominators, loopDepths } from "../3-ir/graph.ts";
import type { Block, BlockId, Function as Fn, Inst, Jump, Terminator } from "../3-ir/ir.ts";
import type { Meta } from "../ebpf/insn.ts";
import { unreachable } from "../util/assert.ts";
import { sequentialize } from "./copies.ts";
import type { Frame } from "./frame.ts";
import type { End, MachineBlock, MachineFunction, Op, VReg } from "./machine.ts";
import { copy, moveInto, type Out } from "./operands.ts";
import { selectBinary, selectExtend } from "./select-arithmetic.ts";
import { selectCall } from "./select-call.ts";
import { comparison, selectCompare } from "./select-compare.ts";
import { selectCopy, selectLoad, selectStore, selectZero } from "./select-memory.ts";
import { type Isa, isRemade, loadConstant, metaOf, Values } from "./values.ts";

export function select(fn: Fn, frame: Frame, isa: Isa): MachineFunction {
  const values = new Values(fn, frame, isa);
  const tracepoints: MachineFunction["tracepoints"] = new Map();
  const cold = coldBlocks(fn);
  const depths = loopDepths(fn, dominators(fn));
  const extra: MachineBlock[] = [];
  let nextBlock = fn.nextBlock;

  const machine = (id: BlockId, from: Block, ops: Op[], end: End, isCold: boolean): MachineBlock => ({
    id,
    ops,
    end,
    cold: isCold,
    loopDepth: depths.get(from.id) ?? 0,
  });

  /** Writes of a jump's arguments into the parameters of its target. */
  const passArguments = (jump: Jump, meta: Meta): Op[] => {
    const ops: Op[] = [];
    const out: Out = { values, meta, tracepoints, push: (op) => ops.push(op) };
    const params = fn.blocks.get(jump.to)?.params ?? [];
    const made: (() => void)[] = [];
    const copies: { readonly to: VReg; readonly from: VReg }[] = [];
    jump.args.forEach((arg, i) => {
      const param = params[i];
      if (param === undefined || values.uses(param) === 0) return;
      const to = values.register(param);
      if (isRemade(values.definition(arg), values)) made.push(() => moveInto(out, to, arg));
      else copies.push({ to, from: values.register(arg) });
    });
    for (const one of sequentialize(copies, () => values.fresh())) ops.push(copy(one.to, one.from, meta));
    for (const make of made) make();
    return ops;
  };

  const edge = (from: Block, jump: Jump, isCold: boolean, meta: Meta): BlockId => {
    const ops = passArguments(jump, meta);
    if (ops.length === 0) return jump.to;
    const id = blockId(nextBlock++);
    extra.push(machine(id, from, ops, { kind: "goto", to: jump.to, meta }, isCold || cold.has(from.id)));
    return id;
  };

  const selectEnd = (block: Block, end: Terminator, ops: Op[]): End => {
    const meta = metaOf(end.span);
    const out: Out = { values, meta, tracepoints, push: (op) => ops.push(op) };
    switch (end.kind) {
      case "jump":
        ops.push(...passArguments(end.target, meta));
        return { kind: "goto", to: end.target.to, meta };
      case "return":
        moveInto(out, 0, end.value);
        return { kind: "exit", meta };
      case "branch": {
        const test = comparison(out, end.op, end.width, end.left, end.right);
        return {
          kind: "branch",
          ...test,
          then: edge(block, end.then, end.unlikely === "then", meta),
          else: edge(block, end.else, end.unlikely === "else", meta),
          unlikely: end.unlikely,
          meta,
        };
      }
      default:
        return unreachable(end);
    }
  };

  const done = new Map<BlockId, MachineBlock>();
  for (const block of [...fn.blocks.values()].reverse()) {
    /** Pieces in the order of execution, per instruction; reversed as a whole at the end. */
    const pieces: Op[][] = [];
    const last: Op[] = [];
    const end = selectEnd(block, block.end, last);
    pieces.push(last);
    for (let i = block.insts.length - 1; i >= 0; i--) {
      const inst = block.insts[i];
      if (inst === undefined) continue;
      const ops: Op[] = [];
      selectInst({ values, meta: metaOf(inst.span), tracepoints, push: (op) => ops.push(op) }, inst);
      if (ops.length > 0) pieces.push(ops);
    }
    done.set(block.id, machine(block.id, block, pieces.reverse().flat(), end, cold.has(block.id)));
  }

  const blocks: MachineBlock[] = [];
  for (const id of fn.blocks.keys()) {
    const block = done.get(id);
    if (block !== undefined) blocks.push(block);
  }
  const first = blocks[0];
  // What comes in r1–r5 is taken out of them before anything else.
  if (first !== undefined) first.ops.unshift(...takeIncoming(fn, values));
  return {
    name: fn.name,
    blocks: [...blocks, ...extra],
    registers: values.registers,
    frame: frame.size,
    tracepoints,
  };
}

/** Copies the context and the arguments that are used out of their registers, which the first call overwrites. */
function takeIncoming(fn: Fn, values: Values): Op[] {
  const ops: Op[] = [];
  for (const block of fn.blocks.values()) {
    for (const inst of block.insts) {
      if (inst.kind !== "context" && inst.kind !== "argument") continue;
      const dst = values.demanded(inst.dst);
      if (dst !== undefined) ops.push(copy(dst, inst.kind === "context" ? 1 : inst.index + 1, metaOf(inst.span)));
    }
  }
  return ops;
}

/** Appends an instruction's operations, unless it only makes a value that nothing needs. */
function selectInst(out: Out, inst: Inst): void {
  const { values } = out;
  switch (inst.kind) {
    case "const": {
      const kept = values.demanded(inst.dst);
      if (kept !== undefined) out.push(loadConstant(kept, inst.value, out.meta));
      return;
    }
    case "core":
    case "slot":
    case "map":
    case "function":
    case "context":
    case "argument":
      return;
    case "store":
    case "atomic-add":
      selectStore(out, inst);
      return;
    case "zero":
      selectZero(out, inst);
      return;
    case "copy":
      selectCopy(out, inst);
      return;
    case "map-lookup":
    case "map-update":
    case "map-delete":
    case "call":
    case "call-function":
      selectCall(out, inst);
      return;
    default:
      break;
  }
  const dst = values.demanded(inst.dst);
  if (dst === undefined) return;
  switch (inst.kind) {
    case "binary":
      selectBinary(out, inst, dst, 64);
      return;
    case "negate":
      moveInto(out, dst, inst.value);
      out.push({ kind: "neg", width: 64, dst, meta: out.meta });
      return;
    case "extend":
      selectExtend(out, inst, dst);
      return;
    case "swap":
      moveInto(out, dst, inst.value);
      out.push({ kind: "swap", op: "be", bits: inst.bits, dst, meta: out.meta });
      return;
    case "compare":
      selectCompare(out, inst, dst, 1, 0);
      return;
    case "data":
      out.push({
        kind: "load64",
        dst,
        value: { kind: "map-value", name: inst.section, offset: inst.offset },
        meta: out.meta,
      });
      return;
    case "load":
      selectLoad(out, inst, dst);
      return;
    default:
      unreachable(inst);
  }
}

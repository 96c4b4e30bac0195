/**
 * The current task's name, read from its task_struct: two loads instead of a helper call, a quarter of what counting by
 * name costs. Kernels before 5.11 have no trusted pointer to the task: the object asks the target's BTF, and the branch
 * not taken is dead code there (spec/decisions/0008). What was read is kept for the rest of the function.
 */
import type { CoreReference } from "../../ebpf/insn.ts";
import type { Snapshot } from "../../snapshot/snapshot.ts";
import type { ValueId } from "../ir.ts";
import { address, loadBits, storeBits } from "./access.ts";
import type { Place } from "./draft.ts";
import type { FunctionBuilder } from "./function-builder.ts";
import { type KernelField, kernelField } from "./kernel-field.ts";
import type { Lowering, Writer } from "./lowering.ts";
import { at } from "./storage.ts";

/** TASK_COMM_LEN, its NUL included. */
const SIZE = 16;
const HELPER = "BPF_FUNC_get_current_task_btf";
const ONES = 0x0101_0101_0101_0101n;
const HIGHS = 0x8080_8080_8080_8080n;

export function taskName(cx: Lowering): Writer {
  const { fn } = cx;
  const references = findReferences(cx.module.env.snapshot);
  const byHelper = (to: Place) => fn.call("get_current_comm", [address(fn, to), fn.const(SIZE)], { writes: to.memory });
  if (references === undefined) {
    return (to) => {
      // Some kernels leave the bytes behind the text as they were (6.1): in a key they count.
      if (to.memory !== "record") fn.zero(to, SIZE);
      byHelper(to);
    };
  }
  const { helper, halves } = references;
  return (to, fill) => {
    const known = cx.task.name;
    if (known !== undefined && fn.passed(known.block)) {
      const [low, high] = fill === "record" || known.padded ? known.words : padded(fn, ...known.words);
      storeBits(fn, to, 8, low);
      storeBits(fn, at(to, 8), 8, high);
      return;
    }
    const words = [fn.local(), fn.local()] as const;
    const [direct, called, onward] = [fn.block(), fn.block(), fn.block()];
    fn.branch("ne", fn.core(helper, 1n), fn.const(0), direct, called, { unlikely: "else" });
    fn.enter(direct);
    const task = fn.call("get_current_task_btf", [], { pure: true });
    const [low, high] = halves.map(({ offset, core }) =>
      fn.load({ base: task, offset, memory: "kernel", align: 8 }, 8, false, { core }),
    ) as [ValueId, ValueId];
    const [first, second] = fill === "record" ? [low, high] : padded(fn, low, high);
    storeBits(fn, to, 8, first);
    storeBits(fn, at(to, 8), 8, second);
    fn.write(words[0], first);
    fn.write(words[1], second);
    fn.jump(onward);
    fn.enter(called);
    // Kernels this old fill the whole buffer.
    byHelper(to);
    fn.write(words[0], loadBits(fn, to, 8, false));
    fn.write(words[1], loadBits(fn, at(to, 8), 8, false));
    fn.jump(onward);
    fn.enter(onward);
    cx.task.name = { block: onward, words: [fn.read(words[0]), fn.read(words[1])], padded: fill !== "record" };
  };
}

/**
 * Both halves with zeros behind the first NUL: kernels before 5.17 may leave an older name's end there. Without a branch,
 * of which a verifier would walk both sides.
 */
function padded(fn: FunctionBuilder, low: ValueId, high: ValueId): [ValueId, ValueId] {
  const end = firstNul(fn, low);
  // Bits below the first NUL's last; all of them, the sign too, where there is none.
  const below = fn.binary("xor", fn.binary("or", fn.binaryImm("sub", end, 1), end), end);
  const onward = fn.binaryImm("sar", below, 63);
  const last = firstNul(fn, high);
  const upTo = fn.binary("xor", last, fn.binaryImm("sub", last, 1));
  return [fn.binary("and", low, below), fn.binary("and", fn.binary("and", high, upTo), onward)];
}

/** A word whose lowest set bit is the highest of the first zero byte; 0 if no byte is zero (little-endian). */
function firstNul(fn: FunctionBuilder, word: ValueId): ValueId {
  const borrowed = fn.binary("sub", word, fn.const(ONES));
  // Bits that the subtraction set: (borrowed | word) ^ word is borrowed & ~word with an instruction less.
  const set = fn.binary("xor", fn.binary("or", borrowed, word), word);
  return fn.binary("and", set, fn.const(HIGHS));
}

type References = {
  readonly helper: CoreReference;
  readonly halves: readonly KernelField[];
};

/** What the target must know: the helper, and where the name stands; undefined: this kernel has not both. */
function findReferences(snapshot: Snapshot): References | undefined {
  const { btf } = snapshot;
  const found = btf.findEnumerator(HELPER);
  const [low, high] = [0, 8].map((index) => kernelField(snapshot, "task_struct", "comm", { index, size: 1 }));
  if (found === undefined || low === undefined || high === undefined) return undefined;
  const functions = btf.type(found.type);
  const array = btf.type(low.type);
  if ((functions.kind !== "enum" && functions.kind !== "enum64") || array.kind !== "array" || array.length !== SIZE)
    return undefined;
  const enumerator = functions.values.findIndex((value) => value.name === HELPER);
  if (enumerator < 0) return undefined;
  return {
    helper: { kind: "enumval_exists", type: found.type, access: [enumerator], text: `enum bpf_func_id.${HELPER}` },
    halves: [low, high],
  };
}

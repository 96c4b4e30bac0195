/**
 * Every reason for a refusal, one row each: the kernel's own line, and the same for the author of a script. The order of
 * rows gives the error numbers that the WebAssembly module reports; arguments are its, in order.
 *
 * Kernel lines: kernel/bpf/verifier.c. `unknown` rows are the model's own: it gives no verdict.
 */
import { expectedText, operatorText, tnumText, typeName } from "./names.ts";

/** What the module reported, and names for it. */
export type Failure = {
  readonly insn: number;
  readonly args: readonly bigint[];
  readonly helper: (id: number) => string;
  /** With the kernel's prefix. */
  readonly kernelHelper: (id: number) => string;
  readonly mapType: (type: number) => string;
  /** Name of a BTF type. */
  readonly struct: (id: number, btf: number) => string;
};
type Text = (n: (i: number) => number, f: Failure) => string;
export type MessageRow = {
  readonly kernel: Text;
  readonly explanation: Text;
  readonly hint: string | undefined;
};

function row(kernel: Text | string, explanation: Text | string, hint?: string): MessageRow {
  return {
    kernel: typeof kernel === "string" ? () => kernel : kernel,
    explanation: typeof explanation === "string" ? () => explanation : explanation,
    hint,
  };
}

const big = (f: Failure, i: number): bigint => f.args[i] ?? 0n;
const tnum = (f: Failure, i: number): string => tnumText(big(f, i), big(f, i + 1));

const BOUND_HINT = "mask the value (x & 0x3f) or compare it with a constant before it is used as an offset or size";
const CHECK_HINT = "check the value for null (if ($x != 0) { … }) before it is used";
const MALFORMED = "the object is damaged or its compiler made an instruction that this kernel does not know";

export const MESSAGES = {
  ALLOC_SIZE: row((n) => `R${n(0)} is not a known constant'`, "the size to reserve must be a constant"),
  ALU_OPCODE: row((n) => `invalid BPF_ALU opcode ${n(0).toString(16)}`, MALFORMED),
  ALU_RESERVED: row("BPF_ALU uses reserved fields", MALFORMED),
  ARG_TYPE: row(
    (n) => `R${n(0)} type=${typeName(n(1))} expected=${expectedText(n(2))}`,
    (n, f) =>
      `argument ${n(0)} of this call must be ${describeExpected(n(2))}, and here it is ${describeType(n(1), f, n(3), n(4))}`,
    CHECK_HINT,
  ),
  ATOMIC_OP: row(
    (n) => `BPF_ATOMIC uses invalid atomic opcode ${(n(0) & 0xff).toString(16).padStart(2, "0")}`,
    MALFORMED,
  ),
  ATOMIC_PTR: row(
    (n) => `BPF_ATOMIC stores into R${n(0)} ${typeName(n(1))} is not allowed`,
    "an atomic update reaches memory that cannot be updated so",
  ),
  ATOMIC_SIZE: row("invalid atomic operand size", "atomic updates are of 4 or 8 bytes"),
  BAD_CALL_TARGET: row("invalid subprog", MALFORMED),
  BTF_NEGATIVE: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} invalid negative access: off=${n(3)}`,
    (n, f) => `a read before the beginning of struct ${f.struct(n(1), n(2))}`,
  ),
  BTF_PERCPU: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} access percpu memory: off=${n(3)}`,
    (n, f) => `struct ${f.struct(n(1), n(2))} is per-CPU here: it cannot be read directly`,
  ),
  BTF_REFUSED: row(
    (n, f) =>
      n(4) === 1
        ? `access beyond struct ${f.struct(n(0), n(3))} at off ${n(1)} size ${n(2)}`
        : `access beyond the end of member of struct ${f.struct(n(0), n(3))} at off ${n(1)} size ${n(2)}`,
    (n, f) => `struct ${f.struct(n(0), n(3))} has no member of ${n(2)} bytes at byte ${n(1)} in this kernel`,
  ),
  BTF_USER: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} access user memory: off=${n(3)}`,
    "this pointer leads into a process: it cannot be read directly",
    "read it with uptr() or str()",
  ),
  BTF_VAR: row(
    (n, f) => `R${n(0)} is ptr_${f.struct(n(1), n(2))} invalid variable offset: off=${n(3)}, var_off=${tnum(f, 4)}`,
    (n, f) => `struct ${f.struct(n(1), n(2))} is read at an offset that is not constant`,
  ),
  BTF_WRITE: row("only read is supported", "a program may not write into the kernel's own structures"),
  CALLBACK_DEAD: row(
    (n) => `verifier bug: No program to jit at insn ${n(0)} (subprog < 0)`,
    "the body of a walk is never entered: the kernel takes it out, and then misses it",
    "leave out a walk of 0 rounds",
  ),
  CALLBACK_MAP: row("callback function not allowed for map", "this kind of map cannot be walked"),
  CALLBACK_RETURN: row(
    (n, f) =>
      `At callback return the register R0 has smin=${big(f, 0)} smax=${big(f, 1)} should have been in [${n(2)}, ${n(3)}]`,
    "the body of the walk must return 0 (go on) or 1 (stop)",
  ),
  CALLBACK_SCALAR: row("R0 not a scalar value", "the body of the walk must return a number"),
  CALLX: row(
    "callx is not known to the model",
    "the object calls a function by address, which the model does not judge",
  ),
  CALL_DEPTH: row((n) => `the call stack of ${n(0)} frames is too deep`, "functions call each other more than 8 deep"),
  CALL_RESERVED: row("BPF_CALL uses reserved fields", MALFORMED),
  COMPLEX: row(
    (n) => `The sequence of ${n(0)} jumps is too complex.`,
    "too many branches wait to be walked: the verifier gives up",
    "make loops shorter or split the probe",
  ),
  CTX: row(
    (n) => `invalid bpf_context access off=${n(0)} size=${n(1)}`,
    (n) => `this probe's context has nothing of ${n(1)} bytes at byte ${n(0)} that the program may reach`,
    "use the probe's own arguments (arg0, args.NAME, retval)",
  ),
  DIV_ZERO: row("div by zero", "a division by the constant 0"),
  DYNPTR_DATA: row(
    (n) => `Unsupported reg type ${typeName(n(0))} for bpf_dynptr_from_mem data`,
    "a dynptr can be made of a map's value only",
  ),
  DYNPTR_INIT: row(
    (n) => `Expected an initialized dynptr as arg #${n(0)}`,
    "a dynptr is asked, and none was made here",
  ),
  DYNPTR_OFFSET: row((n) => `cannot pass in dynptr at an offset=${n(0)}`, "a dynptr is used from its middle"),
  DYNPTR_OVERWRITE: row(
    "cannot overwrite referenced dynptr",
    "a dynptr that holds a record is overwritten before the record is sent or discarded",
  ),
  DYNPTR_TYPE: row(
    (n) => `Expected a dynptr of type ${n(1) === 1 ? "local" : "ringbuf"} as arg #${n(0)}`,
    "a dynptr of another kind is asked",
  ),
  DYNPTR_UNACQUIRED: row((n) => `arg ${n(0)} is an unacquired reference`, "a dynptr is sent that holds no record"),
  DYNPTR_UNINIT: row("Dynptr has to be an uninitialized dynptr", "there is no room for a dynptr here"),
  DYNPTR_VARIABLE: row(
    "dynptr has to be at a constant offset",
    "a dynptr is reached at an offset that is not constant",
  ),
  DYNPTR_WRITE: row((n) => `potential write to dynptr at off=${n(0)} disallowed`, "a helper would write over a dynptr"),
  END_RESERVED: row("BPF_END uses reserved fields", MALFORMED),
  EXIT_RESERVED: row("BPF_EXIT uses reserved fields", MALFORMED),
  FILL_SIZE: row("invalid size of register fill", "part of a saved pointer is read as if it were a number"),
  FORMAT: row(
    "Invalid format string",
    "the format asks for other arguments than it gets, or for what snprintf does not print",
  ),
  FRAME_POINTER: row("frame pointer is read only", MALFORMED),
  GLOBAL_ARG: row(
    (n) => (n(1) === 1 ? `R${n(0)} is not a scalar` : `arg#${n(0) - 1} is expected to be non-NULL`),
    (n) => `argument ${n(0)} of a call does not fit the function's prototype`,
  ),
  GOTO_RESERVED: row("BPF_JA uses reserved fields", MALFORMED),
  HELPER_GPL: row(
    "cannot call GPL-restricted function from non-GPL compatible program",
    (n, f) => `the helper ${f.helper(n(0))} is for programs under the GPL only`,
    "keep the licence that the compiler writes",
  ),
  HELPER_ID: row(
    (n, f) => `invalid func ${f.kernelHelper(n(0))}#${n(0)}`,
    (n, f) => `this kernel has no helper ${f.helper(n(0))}`,
    "use an older way to the same value, or a newer kernel",
  ),
  HELPER_PROGRAM: row(
    (n, f) => `program of this type cannot use helper ${f.kernelHelper(n(0))}#${n(0)}`,
    (n, f) => `the helper ${f.helper(n(0))} is not there for probes of this kind`,
    "move the expression to a probe of another kind",
  ),
  HELPER_UNKNOWN: row(
    (n, f) => `helper ${f.helper(n(0))} is not known to the model`,
    (n, f) => `the model does not know what the helper ${f.helper(n(0))} asks of its arguments`,
  ),
  INFINITE_LOOP: row(
    (n) => `infinite loop detected at insn ${n(0)}`,
    "this loop comes back with nothing changed: the verifier cannot see that it ends",
    "count with a variable and a constant bound, or use unroll()",
  ),
  INSN_CLASS: row((n) => `unknown insn class ${n(0) & 7}`, MALFORMED),
  INVALID_MEM: row(
    (n) => `R${n(0)} invalid mem access '${typeName(n(1))}'`,
    (n, f) => `memory is reached through ${describeType(n(1), f, n(2), n(3))}`,
    "check for null first; read other memory of the kernel with a cast and a field access",
  ),
  JMP_OPCODE: row((n) => `invalid BPF_JMP/JMP32 opcode ${n(0).toString(16)}`, MALFORMED),
  JMP_RESERVED: row("BPF_JMP/JMP32 uses reserved fields", MALFORMED),
  JUMP_MIDDLE: row((n) => `jump into the middle of ldimm64 insn ${n(0)}`, MALFORMED),
  JUMP_RANGE: row((n) => `jump out of range from insn ${n(0)} to ${n(1)}`, MALFORMED),
  KEY_ACCESS: row(
    (n, f) => `invalid access to map key, key_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    (n, f) => `${n(2)} bytes at byte ${big(f, 1)} of a map's key, which has ${n(0)} bytes`,
  ),
  KEY_WRITE: row((n) => `write to change key R${n(0)} not allowed`, "the key of a map's entry is not for writing"),
  KFUNC: row(
    (n) => `kernel function ${n(0)} is not known to the model`,
    "the program calls a kernel function, which the model does not judge",
  ),
  LAST_INSN: row("last insn is not an exit or jmp", MALFORMED),
  LD_LEGACY: row(
    "packet loads are not known to the model",
    "the program reads packets the old way, which the model does not judge",
  ),
  LOAD_RESERVED: row("BPF_LDX uses reserved fields", MALFORMED),
  MAP_ACCESS: row(
    (n, f) => `invalid access to map value, value_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    (n, f) => `${n(2)} bytes at byte ${big(f, 1)} of a map's value, which has ${n(0)} bytes`,
    BOUND_HINT,
  ),
  MAP_HELPER: row(
    (n, f) => `cannot pass map_type ${n(0)} into func ${f.kernelHelper(n(1))}#${n(1)}`,
    (n, f) => `${f.helper(n(1))} does not work on a map of type ${f.mapType(n(0))}`,
  ),
  MAP_PTR: row((n) => `write to map_ptr R${n(0)} is forbidden`, "a program may not write into a map's own description"),
  MAP_READ_ONLY: row(
    (n, f) => `write into map forbidden, value_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    "a write into constant data",
  ),
  MAP_SPECIAL: row(
    "map values with locks, timers or kernel pointers are not known to the model",
    "a map's value holds a lock, timer or kernel pointer, which the model does not judge",
  ),
  MAP_WRITE_ONLY: row(
    (n, f) => `read from map forbidden, value_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    "a read from a map that programs may only write",
  ),
  MAX_OUTSIDE: row(
    (n) => `R${n(0)} max value is outside of the allowed memory range`,
    "the largest offset that is possible here lies outside of the memory",
    BOUND_HINT,
  ),
  MAY_GOTO: row(
    "may_goto is not known to the model",
    "the program has a may_goto loop, which the model does not judge",
  ),
  MEM_ACCESS: row(
    (n, f) => `invalid access to memory, mem_size=${n(0)} off=${big(f, 1)} size=${n(2)}`,
    (n, f) => `${n(2)} bytes at byte ${big(f, 1)} of memory that has ${n(0)} bytes`,
    BOUND_HINT,
  ),
  MEM_READ_ONLY: row(
    (n) => `R${n(0)} cannot write into ${typeName(n(1))}`,
    "a write into memory that programs may only read",
  ),
  MIN_NEGATIVE: row(
    (n) => `R${n(0)} min value is negative, either use unsigned index or do a if (index >=0) check.`,
    "an offset may be negative here",
    "cast it to an unsigned type, or check that it is not below 0",
  ),
  MIN_OUTSIDE: row(
    (n) => `R${n(0)} min value is outside of the allowed memory range`,
    "even the smallest offset that is possible here lies outside of the memory",
    BOUND_HINT,
  ),
  MISALIGNED: row(
    (n, f) => {
      const text = n(0) === 6 ? "stack " : n(0) === 4 || n(0) === 5 ? "value " : "";
      return `misaligned ${text}access off ${tnum(f, 1)}+${n(3)}+${n(4)} size ${n(5)}`;
    },
    (n) => `${n(5)} bytes are reached at an address that is no multiple of ${n(5)}`,
  ),
  MOV_RESERVED: row("BPF_MOV uses reserved fields", MALFORMED),
  NEG_RESERVED: row("BPF_NEG uses reserved fields", MALFORMED),
  NOT_READABLE: row(
    (n) => `R${n(0)} !read_ok`,
    (n) => `register r${n(0)} is used and has no value on this way through the program`,
  ),
  NO_MAP: row("invalid map_ptr to access map->key", "a map's key is given without a map"),
  OPCODE: row((n) => `unknown opcode ${n(0).toString(16).padStart(2, "0")}`, MALFORMED),
  PTR_32: row((n) => `R${n(0)} 32-bit pointer arithmetic prohibited`, "32-bit arithmetic on an address"),
  PTR_BITWISE: row(
    (n) => `R${n(0)} bitwise operator ${operatorText(n(1))} on pointer prohibited`,
    "bits of an address are masked: the result is no address the verifier could follow",
  ),
  PTR_FIXED_RANGE: row(
    (n) => `${typeName(n(0))} pointer offset ${n(1)} is not allowed`,
    (n) => `an address is moved by ${n(1)} bytes: beyond any memory`,
  ),
  PTR_MISMATCH: row(
    "same insn cannot be used with different pointers",
    "one instruction reaches different kinds of memory on different ways: the kernel cannot translate it for both",
  ),
  PTR_MODIFIED: row(
    (n) => `dereference of modified ${typeName(n(2))} ptr R${n(0)} off=${n(1)} disallowed`,
    "an address that must be used as it was given was moved",
  ),
  PTR_NEGATIVE: row(
    (n) => `negative offset ${typeName(n(2))} ptr R${n(0)} off=${n(1)} disallowed`,
    "an address that must be used as it was given was moved",
  ),
  PTR_NULLABLE: row(
    (n) => `R${n(0)} pointer arithmetic on ${typeName(n(1))} prohibited, null-check it first`,
    "an address that may be null is moved",
    CHECK_HINT,
  ),
  PTR_OPERATOR: row(
    (n) => `R${n(0)} pointer arithmetic with ${operatorText(n(1))} operator prohibited`,
    (n) => `an address takes part in ${operatorText(n(1))}: only + and - leave an address`,
  ),
  PTR_PROHIBITED: row(
    (n) => `R${n(0)} pointer arithmetic on ${typeName(n(1))} prohibited`,
    (n, f) => `${describeType(n(1), f, n(2), n(3))} may not be moved`,
  ),
  PTR_PTR: row(
    (n) => `R${n(0)} pointer ${operatorText(n(1))} pointer prohibited`,
    "two addresses are combined: only their difference is allowed",
  ),
  PTR_RANGE: row(
    (n, f) => `value ${big(f, 1)} makes ${typeName(n(0))} pointer be out of bounds`,
    "an address may be moved beyond any memory",
    BOUND_HINT,
  ),
  PTR_SUB_SCALAR: row(
    (n) => `R${n(0)} tried to subtract pointer from scalar`,
    "an address is subtracted from a number",
  ),
  PTR_SUB_STACK: row(
    (n) => `R${n(0)} subtraction from stack pointer prohibited`,
    "a number is subtracted from an address on the stack",
  ),
  PTR_UNBOUNDED: row(
    (n) => `math between ${typeName(n(0))} pointer and register with unbounded min value is not allowed`,
    "an address is moved by a number of which nothing is known",
    BOUND_HINT,
  ),
  PTR_VALUE: row(
    (n, f) => `math between ${typeName(n(0))} pointer and ${big(f, 1)} is not allowed`,
    (_, f) => `an address is moved by ${big(f, 1)} bytes: beyond any memory`,
  ),
  PTR_VAR: row(
    (n, f) => `variable ${typeName(n(2))} access var_off=${tnum(f, 0)} disallowed`,
    "the context is reached at an offset that is not constant",
    "use constant numbers of arguments",
  ),
  RECURSION: row("recursive call", "a function calls itself"),
  REF_LEAK: row(
    (n) => `Unreleased reference id=${n(0)} alloc_insn=${n(1)}`,
    "a record reserved in the ring buffer is neither sent nor discarded on this way out",
  ),
  REG_INVALID: row((n) => `R${n(0)} is invalid`, MALFORMED),
  RELEASE_OFFSET: row(
    (n) => `R${n(0)} must have zero offset when passed to release func or trusted arg to kfunc`,
    "the record to send was moved from its beginning",
  ),
  RETURN_RANGE: row(
    (n, f) => {
      const unknown = n(2) === 1 || (big(f, 0) === -(2n ** 63n) && big(f, 1) === 2n ** 63n - 1n);
      const had = unknown ? "unknown scalar value" : `smin=${big(f, 0)} smax=${big(f, 1)}`;
      return `At program exit the register R0 has ${had} should have been in [${n(3)}, ${n(4)}]`;
    },
    (n) => `a probe of this kind must return a number from ${n(3)} to ${n(4)}`,
  ),
  RETURN_STACK: row("cannot return stack pointer to the caller", "a function returns the address of its own memory"),
  SHIFT: row(
    (n) => `invalid shift ${n(0)}`,
    (n) => `a shift by ${n(0)} bits: beyond the width of the number`,
  ),
  SIZE_NEGATIVE: row(
    (n) => `R${n(0)} min value is negative, either use unsigned or 'var &= const'`,
    "a size may be negative here",
    BOUND_HINT,
  ),
  SIZE_UNBOUNDED: row(
    (n) => `R${n(0)} unbounded memory access, use 'var &= const' or 'if (var < const)'`,
    "a size has no upper bound here",
    BOUND_HINT,
  ),
  SIZE_ZERO: row(
    (n, f) => `R${n(0)} invalid zero-sized read: u64=[${big(f, 1)},${big(f, 2)}]`,
    "a size may be 0 here, which this helper does not take",
  ),
  SPILL_CALLER: row(
    "cannot spill pointers to stack into stack frame of the caller",
    "the address of a function's own memory is kept in its caller's",
  ),
  SPILL_SIZE: row("invalid size of register spill", "part of an address is stored"),
  STACK_COMBINED: row(
    (n) => `combined stack size of ${n(0)} calls is ${n(1)}. Too large`,
    (n) => `the program and the functions it calls need ${n(1)} bytes of stack together; 512 is the limit`,
    "use fewer or smaller variables; strings and stacks take the most",
  ),
  STACK_INDIRECT: row(
    (n) => `invalid read from stack R${n(0)} off ${n(1)}+${n(2)} size ${n(3)}`,
    (n) => `of ${n(3)} bytes given to a helper, byte ${n(2)} was never written`,
  ),
  STACK_INDIRECT_VAR: row(
    (n, f) => `invalid read from stack R${n(0)} var_off ${tnum(f, 1)}+${n(3)} size ${n(4)}`,
    "memory given to a helper was never written",
  ),
  STACK_LEAK: row(
    (n, f) => `variable offset stack pointer cannot be passed into helper function; var_off=${tnum(f, 1)} off=${n(0)}`,
    "memory on the stack is updated at an offset that is not constant",
  ),
  STACK_OFF: row(
    (n) => `invalid${n(0) === 1 ? " write to" : " read from"} stack R${n(1)} off=${n(2)} size=${n(3)}`,
    (n) => `${n(3)} bytes at ${n(2)} of a stack frame of 512 bytes`,
    "use fewer or smaller variables; strings and stacks take the most",
  ),
  STACK_READ: row(
    (n) => `invalid read from stack off ${n(0)}+${n(1)} size ${n(2)}`,
    "a variable is read that has no value on this way through the program",
  ),
  STACK_UNBOUNDED: row(
    (n) => `invalid unbounded variable-offset${n(0) === 1 ? " write to" : " read from"} stack R${n(1)}`,
    "the stack is reached at an offset of which nothing is known",
    BOUND_HINT,
  ),
  STACK_VAR_OFF: row(
    (n, f) =>
      `invalid variable-offset${n(0) === 1 ? " write to" : " read from"} stack R${n(1)} var_off=${tnum(f, 2)} off=${n(4)} size=${n(5)}`,
    "the largest or smallest offset that is possible here lies outside of the stack frame",
    BOUND_HINT,
  ),
  STACK_VAR_UNINIT: row(
    (n) => `uninit stack in range of var-offset write prohibited for !root; insn ${n(0)}, off: ${n(1)}`,
    "memory that was never written is written at an offset that is not constant",
  ),
  STORE_CTX: row(
    (n) => `BPF_ST stores into R${n(0)} ${typeName(n(1))} is not allowed`,
    "this kernel does not take a constant stored into the context",
  ),
  STORE_RESERVED: row((n) => `BPF_ST${n(0) === 1 ? "X" : ""} uses reserved fields`, MALFORMED),
  STRING_END: row("string is not zero-terminated", "a constant string has no end"),
  STRING_VARIABLE: row(
    (n) => `R${n(0)} is not a constant address'`,
    "the address of a constant string is not constant",
  ),
  STRING_WRITABLE: row(
    (n) => `R${n(0)} does not point to a readonly map'`,
    "a constant string is asked, and this one may change",
  ),
  SUB_RETURN: row(
    (n) => `At subprogram exit the register R0 is not a scalar value (${typeName(n(0))})`,
    "a global function must return a number",
  ),
  TOO_LARGE: row(
    (n) => `BPF program is too large. Processed ${n(0)} insn`,
    "the verifier walked a million instructions and was not done: the program is too large or its loops too long",
    "make loops shorter, or split the work over several probes",
  ),
  TRAP: row("the program is empty", MALFORMED),
  TWO_REFS: row(
    (n) => `more than one arg with ref_obj_id R${n(0)} ${n(1)} ${n(2)}`,
    "two reserved records in one call",
  ),
  UNBOUNDED: row(
    (n) => `R${n(0)} unbounded memory access, make sure to bounds check any such access`,
    "an offset has no upper bound here",
    BOUND_HINT,
  ),
  UNKNOWN_ACCESS: row(
    "access of a kind that the model does not know",
    "the program reaches memory of a kind that the model does not judge",
  ),
  UNREACHABLE: row((n) => `unreachable insn ${n(0)}`, MALFORMED),
  UNREFERENCED: row(
    (n) => `R${n(0)} must be referenced when passed to release function`,
    "a record is sent that was not reserved, or was sent already",
  ),
  WIDE_RESERVED: row("invalid BPF_LD_IMM insn", MALFORMED),
  ZERO_READ: row("invalid zero-sized read", "a size of 0, which this helper does not take"),
} as const;

export type MessageName = keyof typeof MESSAGES;
/** Error numbers count from 1. */
export const MESSAGE_NAMES = Object.keys(MESSAGES) as readonly MessageName[]; // keys of a closed record

function describeType(type: number, f: Failure, id: number, btf: number): string {
  const nullable = (type & 0x100) !== 0 ? ", which may be null" : "";
  switch (type & 0xff) {
    case 0:
      return "nothing: it has no value here";
    case 1:
      return "a number, not an address that the kernel vouches for";
    case 2:
      return `the probe's context${nullable}`;
    case 3:
      return `a map${nullable}`;
    case 4:
      return `a map's value${nullable}`;
    case 5:
      return `a map's key${nullable}`;
    case 6:
      return "an address on the stack";
    case 7:
      return `a pointer to struct ${f.struct(id, btf)}${nullable}`;
    case 8:
      return `memory${nullable}`;
    case 9:
      return "the address of a function";
    default:
      return `${typeName(type)}${nullable}`;
  }
}

function describeExpected(arg: number): string {
  switch (arg & 0xff) {
    case 2:
      return "the probe's context";
    case 3:
      return "a map";
    case 9:
    case 10:
    case 16:
      return "a number";
    case 11:
      return "a record reserved in a ring buffer";
    case 12:
      return "a function";
    case 14:
      return "a pointer to a kernel structure";
    default:
      return "memory of the program's own";
  }
}

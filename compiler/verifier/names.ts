/** Register types, tristate numbers and operators in the kernel's words, for messages and logs. */
import { ALU_OP, ARG, FLAG, TYPE } from "./codes.ts";

const BASE: Readonly<Record<number, string>> = {
  [TYPE.NONE]: "?",
  [TYPE.SCALAR]: "scalar",
  [TYPE.CTX]: "ctx",
  [TYPE.MAP]: "map_ptr",
  [TYPE.VALUE]: "map_value",
  [TYPE.KEY]: "map_key",
  [TYPE.STACK]: "fp",
  [TYPE.BTF]: "ptr_",
  [TYPE.MEM]: "mem",
  [TYPE.FUNC]: "func",
  [TYPE.BUF]: "buf",
  [TYPE.SOCKET]: "sock",
  [TYPE.DYNPTR]: "dynptr",
};

/** As reg_type_str in kernel/bpf/log.c. */
export function typeName(type: number): string {
  const has = (flag: number): boolean => (type & flag) !== 0;
  const base = type & 0xff;
  const prefix =
    (has(FLAG.RDONLY) ? "rdonly_" : "") +
    (has(FLAG.RINGBUF) ? "ringbuf_" : "") +
    (has(FLAG.USER) ? "user_" : "") +
    (has(FLAG.PERCPU) ? "percpu_" : "") +
    (has(FLAG.RCU) ? "rcu_" : "") +
    (has(FLAG.UNTRUSTED) ? "untrusted_" : "") +
    (has(FLAG.TRUSTED) ? "trusted_" : "");
  const suffix = has(FLAG.MAYBE_NULL) ? (base === TYPE.BTF ? "or_null_" : "_or_null") : "";
  return `${prefix}${BASE[base] ?? `type ${base}`}${suffix}`;
}

/** "(0x0; 0xff)": value and unknown bits. */
export function tnumText(value: bigint, mask: bigint): string {
  const hex = (n: bigint): string => `0x${BigInt.asUintN(64, n).toString(16)}`;
  if (mask === 0n) return value === 0n ? "0" : hex(value);
  return `(${hex(value)}; ${hex(mask)})`;
}

const OPERATORS: Readonly<Record<number, string>> = {
  [ALU_OP.ADD]: "+=",
  [ALU_OP.SUB]: "-=",
  [ALU_OP.MUL]: "*=",
  [ALU_OP.DIV]: "/=",
  [ALU_OP.OR]: "|=",
  [ALU_OP.AND]: "&=",
  [ALU_OP.LSH]: "<<=",
  [ALU_OP.RSH]: ">>=",
  [ALU_OP.NEG]: "neg",
  [ALU_OP.MOD]: "%=",
  [ALU_OP.XOR]: "^=",
  [ALU_OP.MOV]: "=",
  [ALU_OP.ARSH]: "s>>=",
  [ALU_OP.END]: "endian",
};
export function operatorText(op: number): string {
  return OPERATORS[op] ?? `op ${op}`;
}

const MEMORY = "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf, trusted_ptr_";
const EXPECTED: Readonly<Record<number, string>> = {
  [ARG.CTX]: "ctx",
  [ARG.MAP]: "map_ptr",
  [ARG.KEY]: MEMORY,
  [ARG.VALUE]: MEMORY,
  [ARG.VALUE_UNINIT]: MEMORY,
  [ARG.MEM]: MEMORY,
  [ARG.MEM_UNINIT]: MEMORY,
  [ARG.MEM_WRITE]: MEMORY,
  [ARG.LONG]: "fp, pkt, pkt_meta, map_key, map_value, mem, ringbuf_mem, buf",
  [ARG.DYNPTR]: "fp, dynptr_ptr",
  [ARG.SIZE]: "scalar",
  [ARG.SIZE_ZERO]: "scalar",
  [ARG.ALLOC_SIZE]: "scalar",
  [ARG.RINGBUF]: "ringbuf_mem",
  [ARG.FUNCTION]: "func",
  [ARG.CONST_STRING]: "map_value",
  [ARG.STACK_OR_NULL]: "fp",
  [ARG.BTF]: "ptr_, trusted_ptr_, rcu_ptr_",
};
/** Types that an argument kind takes, as check_reg_type lists them. */
export function expectedText(arg: number): string {
  return EXPECTED[arg & 0xff] ?? "fp";
}

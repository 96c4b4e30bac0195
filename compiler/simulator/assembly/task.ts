/** The current task, clocks and arguments: helpers that translated code does not answer with a load of its own. */
import { AREA_TASK, TASK_ARGUMENTS, TASK_COMM, TASK_PID_TGID, TASK_SEED, TASK_TAI, TASK_TIME } from "./layout.gen";
import { EINVAL } from "./maps";
import { copy, readable, writable } from "./memory";

const COMM: u32 = 16;
/** Debian's CONFIG_HZ. */
const HZ: u64 = 250;
/** INITIAL_JIFFIES: five minutes before the lower half overflows. */
const INITIAL_JIFFIES: u64 = 4294967296 - 300 * HZ;

export function get_current_comm(buffer: u64, size: u64): u64 {
  const to = writable(buffer, <u32>size);
  const count = min(<u32>size, COMM);
  if (count == 0) return EINVAL;
  copy(to, AREA_TASK + TASK_COMM, count);
  if (<u32>size > COMM) memory.fill(to + COMM, 0, <u32>size - COMM);
  store<u8>(to + count - 1, 0);
  return 0;
}

/** xorshift64*, seeded by the host. */
export function get_prandom_u32(): u64 {
  let x = load<u64>(AREA_TASK + TASK_SEED);
  x ^= x >> 12;
  x ^= x << 25;
  x ^= x >> 27;
  store<u64>(AREA_TASK + TASK_SEED, x);
  return (x * 0x2545f4914f6cdd1d) >> 32;
}

export function jiffies64(): u64 {
  return load<u64>(AREA_TASK + TASK_TIME) / (1000000000 / HZ) + INITIAL_JIFFIES;
}

export function ktime_get_tai_ns(): u64 {
  return load<u64>(AREA_TASK + TASK_TIME) + load<u64>(AREA_TASK + TASK_TAI);
}

/** struct bpf_pidns_info: pid, tgid. There is one pid namespace. */
export function get_ns_current_pid_tgid(_dev: u64, _ino: u64, info: u64, size: u64): u64 {
  const to = writable(info, <u32>size);
  if (<u32>size != 8) {
    memory.fill(to, 0, <u32>size);
    return EINVAL;
  }
  store<u64>(to, load<u64>(AREA_TASK + TASK_PID_TGID));
  return 0;
}

export function get_func_arg(context: u64, n: u64, value: u64): u64 {
  const count = load<u32>(AREA_TASK + TASK_ARGUMENTS);
  if (<u32>n >= count) return EINVAL;
  store<u64>(writable(value, 8), load<u64>(readable(context + <u64>(<u32>n) * 8, 8)));
  return 0;
}

export function get_func_ret(context: u64, value: u64): u64 {
  const count = load<u32>(AREA_TASK + TASK_ARGUMENTS);
  store<u64>(writable(value, 8), load<u64>(readable(context + <u64>count * 8, 8)));
  return 0;
}

/** Compares at most `size` bytes with a NUL-terminated text. */
export function strncmp(a: u64, size: u64, b: u64): u64 {
  const left = readable(a, <u32>size);
  for (let n: u32 = 0; n < <u32>size; n++) {
    const x = load<u8>(left + n);
    const y = load<u8>(readable(b + n, 1));
    if (x != y) return <u64>(x < y ? -1 : 1);
    if (x == 0) break;
  }
  return 0;
}

function digitOf(byte: u32): u32 {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 32;
  return letter >= 97 && letter <= 122 ? letter - 87 : 99;
}

/** __bpf_strtoull in kernel/bpf/helpers.c: bytes consumed, or -EINVAL. */
function parse(buffer: u64, size: u64, flags: u64, result: u64, signed: bool): u64 {
  const text = readable(buffer, <u32>size);
  const to = writable(result, 8);
  let base = <u32>flags & 31;
  if (base != 0 && base != 8 && base != 10 && base != 16) return EINVAL;
  let n: u32 = 0;
  const end = <u32>size;
  while (n < end && (load<u8>(text + n) == 32 || (load<u8>(text + n) >= 9 && load<u8>(text + n) <= 13))) n++;
  let negative = false;
  if (n < end && load<u8>(text + n) == 45) {
    if (!signed) return EINVAL;
    negative = true;
    n++;
  }
  if (n >= end) return EINVAL;
  const hex = n + 2 < end && load<u8>(text + n) == 48 && (load<u8>(text + n + 1) | 32) == 120 && digitOf(load<u8>(text + n + 2)) < 16;
  if (base == 0) base = hex ? 16 : load<u8>(text + n) == 48 ? 8 : 10;
  if (base == 16 && hex) n += 2;
  const first = n;
  let value: u64 = 0;
  while (n < end && digitOf(load<u8>(text + n)) < base) {
    value = value * base + digitOf(load<u8>(text + n));
    n++;
  }
  if (n == first) return EINVAL;
  store<u64>(to, negative ? 0 - value : value);
  return n;
}

export function strtol(buffer: u64, size: u64, flags: u64, result: u64): u64 {
  return parse(buffer, size, flags, result, true);
}
export function strtoul(buffer: u64, size: u64, flags: u64, result: u64): u64 {
  return parse(buffer, size, flags, result, false);
}

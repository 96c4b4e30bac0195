/** Helpers that read and write memory through addresses nobody checked. Kernel: kernel/trace/bpf_trace.c, mm/maccess.c. */
import { fail } from "./host";
import { copyFrom, copyText, copyTo, isKernel, readable, writable } from "./memory";
import { pageAt } from "./pages";
import { AREA_SCRATCH, STOP_STORE } from "./layout.gen";

const EFAULT: u64 = -14;
const EPERM: u64 = -1;
const ERANGE: u64 = -34;
const SPILL: usize = AREA_SCRATCH + 192;

function failed(to: usize, size: u32, error: u64): u64 {
  memory.fill(to, 0, size);
  return error;
}

export function probe_read_kernel(dst: u64, size: u64, src: u64): u64 {
  const to = writable(dst, <u32>size);
  if (<u32>size == 0) return 0;
  if (!isKernel(src)) return failed(to, <u32>size, ERANGE);
  return copyFrom(to, src, <u32>size) ? 0 : failed(to, <u32>size, EFAULT);
}

export function probe_read_user(dst: u64, size: u64, src: u64): u64 {
  const to = writable(dst, <u32>size);
  if (<u32>size == 0) return 0;
  if (isKernel(src) || !copyFrom(to, src, <u32>size)) return failed(to, <u32>size, EFAULT);
  return 0;
}

export function probe_read(dst: u64, size: u64, src: u64): u64 {
  return isKernel(src) ? probe_read_kernel(dst, size, src) : probe_read_user(dst, size, src);
}

function readText(to: usize, size: u32, src: u64): u64 {
  if (size == 0) return 0;
  const count = copyText(to, src, size);
  return count < 0 ? failed(to, size, EFAULT) : <u64>count;
}

export function probe_read_kernel_str(dst: u64, size: u64, src: u64): u64 {
  const to = writable(dst, <u32>size);
  if (!isKernel(src)) return <u32>size == 0 ? 0 : failed(to, <u32>size, ERANGE);
  return readText(to, <u32>size, src);
}

export function probe_read_user_str(dst: u64, size: u64, src: u64): u64 {
  const to = writable(dst, <u32>size);
  if (isKernel(src)) return <u32>size == 0 ? 0 : failed(to, <u32>size, EFAULT);
  return readText(to, <u32>size, src);
}

export function probe_read_str(dst: u64, size: u64, src: u64): u64 {
  return isKernel(src) ? probe_read_kernel_str(dst, size, src) : probe_read_user_str(dst, size, src);
}

export function probe_write_user(dst: u64, src: u64, size: u64): u64 {
  const from = readable(src, <u32>size);
  if (isKernel(dst)) return EPERM;
  return copyTo(dst, from, <u32>size) ? 0 : EFAULT;
}

/** A program's own load outside the linear memory: a kernel structure that BTF vouches for. What is missing reads as 0. */
export function loadOutside(address: u64, size: u32): u64 {
  const page = pageAt(address);
  const offset = <u32>address & 4095;
  if (page != 0 && offset + size <= 4096) {
    const from = page + offset;
    if (size == 8) return load<u64>(from);
    if (size == 4) return load<u32>(from);
    if (size == 2) return load<u16>(from);
    return load<u8>(from);
  }
  store<u64>(SPILL, 0);
  return copyFrom(SPILL, address, size) ? load<u64>(SPILL) : 0;
}

/** Stores outside the linear memory: none is ever verified. */
export function storeOutside(address: u64): void {
  fail(STOP_STORE, address);
}

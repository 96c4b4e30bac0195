/**
 * Addresses as programs see them: those of the linear memory, which start at BASE, and all others, which are the simulated
 * kernel's or process's and stand in sparse pages (pages.ts).
 */
import { fail } from "./host";
import { MEMORY_BASE, STOP_POINTER, STOP_STORE } from "./layout.gen";
import { pageAt } from "./pages";

export const BASE: u64 = MEMORY_BASE;
const PAGE: u32 = 4096;

/** Bytes of linear memory that programs may reach. */
let end: u64 = 0;
export function setEnd(value: u32): void {
  end = value;
}

/** Whether `size` bytes at an address are in the linear memory. */
export function inside(address: u64, size: u32): bool {
  return <u64>size <= end && address - BASE <= end - <u64>size;
}

export function at(address: u64): usize {
  return <usize>(address - BASE);
}

/** Kernel addresses are those of the upper half. */
export function isKernel(address: u64): bool {
  return <i64>address < 0;
}

/** Memory that a helper reads through a verified pointer: linear, or the run stops. */
export function readable(address: u64, size: u32): usize {
  if (!inside(address, size)) {
    if (size == 0) return 0;
    fail(STOP_POINTER, address);
  }
  return at(address);
}

export function writable(address: u64, size: u32): usize {
  if (!inside(address, size)) {
    if (size == 0) return 0;
    fail(STOP_STORE, address);
  }
  return at(address);
}

/** memory.copy, without its call for the sizes that programs mostly use. */
export function copy(to: usize, from: usize, size: u32): void {
  if (size > 64) {
    memory.copy(to, from, size);
    return;
  }
  while (size >= 8) {
    store<u64>(to, load<u64>(from));
    to += 8;
    from += 8;
    size -= 8;
  }
  if (size & 4) {
    store<u32>(to, load<u32>(from));
    to += 4;
    from += 4;
  }
  if (size & 2) {
    store<u16>(to, load<u16>(from));
    to += 2;
    from += 2;
  }
  if (size & 1) store<u8>(to, load<u8>(from));
}

/** Copies from any address; false if a page is missing, with part of the bytes copied. */
export function copyFrom(to: usize, address: u64, size: u32): bool {
  if (inside(address, size)) {
    copy(to, at(address), size);
    return true;
  }
  while (size > 0) {
    const page = pageAt(address);
    if (page == 0) return false;
    const offset = <u32>address & (PAGE - 1);
    const count = min(size, PAGE - offset);
    copy(to, page + offset, count);
    to += count;
    address += count;
    size -= count;
  }
  return true;
}

/** The same the other way. */
export function copyTo(address: u64, from: usize, size: u32): bool {
  while (size > 0) {
    const page = pageAt(address);
    if (page == 0) return false;
    const offset = <u32>address & (PAGE - 1);
    const count = min(size, PAGE - offset);
    copy(page + offset, from, count);
    from += count;
    address += count;
    size -= count;
  }
  return true;
}

/**
 * Copies a text with its NUL, cut to `size`. Returns bytes written, or -1 if a page is missing before its end.
 * strncpy_from_kernel_nofault in mm/maccess.c.
 */
export function copyText(to: usize, address: u64, size: u32): i32 {
  let done: u32 = 0;
  while (done < size) {
    let from: usize;
    let room = size - done;
    if (inside(address, 1)) {
      from = at(address);
      room = min(room, <u32>end - <u32>from);
    } else {
      const page = pageAt(address);
      if (page == 0) return -1;
      const offset = <u32>address & (PAGE - 1);
      from = page + offset;
      room = min(room, PAGE - offset);
    }
    let n: u32 = 0;
    // eight at a time while none of them is zero
    while (n + 8 <= room) {
      const word = load<u64>(from + n);
      if ((word - 0x0101010101010101) & ~word & 0x8080808080808080) break;
      store<u64>(to + done + n, word);
      n += 8;
    }
    while (n < room) {
      const byte = load<u8>(from + n);
      store<u8>(to + done + n, byte);
      n++;
      if (byte == 0) return done + n;
    }
    done += room;
    address += room;
  }
  store<u8>(to + size - 1, 0);
  return size;
}

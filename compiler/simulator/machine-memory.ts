/** Memory of the simulated kernel and process: pages that the host fills. */
import { PAGE_LIMIT, PAGE_SIZE } from "./layout.ts";
import { type MachineMemory, MEMORY_BASE } from "./machine.ts";
import type { RuntimeExports } from "./runtime.ts";

const KERNEL_START = 1n << 63n;
const TOP = 1n << 64n;
const PAGE_MASK = BigInt(PAGE_SIZE - 1);

export function machineMemory(buffer: ArrayBuffer, runtime: RuntimeExports, end: number): MachineMemory {
  const memory = new Uint8Array(buffer);
  const [start, stop] = [MEMORY_BASE, MEMORY_BASE + BigInt(end)];
  const inLinear = (address: bigint, size: number): boolean =>
    address >= MEMORY_BASE && address + BigInt(size) <= MEMORY_BASE + BigInt(end);
  return {
    map(address, bytes, kind) {
      const last = address + BigInt(bytes.length);
      if (address < 0n || last > TOP) throw new RangeError(`0x${address.toString(16)} is no address of 64 bits`);
      if (kind === "kernel" ? address < KERNEL_START : last > KERNEL_START)
        throw new RangeError(`0x${address.toString(16)} is no ${kind} address`);
      if (last > start && address < stop)
        throw new RangeError(`0x${address.toString(16)} is where the simulator keeps its own memory`);
      let offset = Number(address & PAGE_MASK);
      for (let done = 0; done < bytes.length; ) {
        const page = runtime.makePage(done === 0 ? address : address + BigInt(done)) >>> 0;
        if (page === 0)
          throw new RangeError(`the events hold more than ${(PAGE_LIMIT * PAGE_SIZE) >> 20} MiB of memory at one time`);
        const count = Math.min(bytes.length - done, PAGE_SIZE - offset);
        memory.set(count === bytes.length ? bytes : bytes.subarray(done, done + count), page + offset);
        done += count;
        offset = 0;
      }
    },
    keep: () => runtime.keepPages(),
    clear: () => runtime.clearPages(),
    read(address, size) {
      if (inLinear(address, size)) {
        const at = Number(address - MEMORY_BASE);
        return memory.slice(at, at + size);
      }
      const found = new Uint8Array(size);
      for (let done = 0; done < size; ) {
        const at = BigInt.asUintN(64, address + BigInt(done));
        const page = runtime.pageAt(BigInt.asIntN(64, at)) >>> 0;
        if (page === 0) return undefined;
        const offset = Number(at & PAGE_MASK);
        const count = Math.min(size - done, PAGE_SIZE - offset);
        found.set(memory.subarray(page + offset, page + offset + count), done);
        done += count;
      }
      return found;
    },
  };
}

/** Helpers that need more than linear memory: the host's signals, the kernel's types, formats. */
import type { Btf } from "../btf/types.ts";
import { decodeUtf8, encodeUtf8 } from "../util/bytes.ts";
import { memberOffset } from "./c-values.ts";
import type { HostHelper } from "./helpers.ts";
import { formatKernel } from "./kernel-format.ts";
import { type MachineMemory, type MachineOptions, MEMORY_BASE } from "./machine.ts";
import type { PlacedMap } from "./map-layout.ts";
import type { RuntimeExports } from "./runtime.ts";

export type HelperHost = {
  readonly memory: MachineMemory;
  readonly buffer: ArrayBuffer;
  readonly runtime: RuntimeExports;
  readonly maps: readonly PlacedMap[];
  readonly options: MachineOptions;
};
type Answer = (...args: bigint[]) => bigint;

const EFAULT = -14n;
const EINVAL = -22n;
const ENOSPC = -28n;
const ENAMETOOLONG = -36n;
const TEXT_LIMIT = 512;
const MAX_NAMES = 64;

export function hostHelpers(host: HelperHost): Readonly<Record<HostHelper, Answer>> {
  const { memory, options } = host;
  const effect = options.onEffect ?? (() => {});
  const own = new Uint8Array(host.buffer);
  const u64 = (value: bigint | undefined): bigint => BigInt.asUintN(64, value ?? 0n);
  const size32 = (value: bigint | undefined): number => Number((value ?? 0n) & 0xffffffffn);
  const bytesAt = (address: bigint | undefined, size: number): Uint8Array | undefined =>
    size === 0 ? new Uint8Array() : memory.read(u64(address), size);
  const textAt = (address: bigint): string | undefined => readText(memory, address, TEXT_LIMIT);
  /** To a verified pointer: the program's own memory. */
  const put = (address: bigint | undefined, bytes: Uint8Array): void => {
    own.set(bytes, Number(u64(address) - MEMORY_BASE));
  };
  const wordsOf = (bytes: Uint8Array): bigint[] => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getBigUint64(index * 8, true));
  };
  const formatted = (format: Uint8Array | undefined, args: readonly bigint[]): string | undefined =>
    format === undefined ? undefined : formatKernel(beforeNul(format), args, textAt);
  const trace = (text: string | undefined): bigint => {
    if (text === undefined) return EFAULT;
    effect({ kind: "trace", text });
    return BigInt(encodeUtf8(text).length);
  };
  const signal = (number: bigint | undefined, thread: boolean): bigint => {
    effect({ kind: "signal", signal: Number(BigInt.asIntN(32, number ?? 0n)), thread });
    return 0n;
  };
  const cookies = new Map<bigint, bigint>();

  return {
    send_signal: (number) => signal(number, false),
    send_signal_thread: (number) => signal(number, true),
    override_return(_context, value) {
      effect({ kind: "override", value: u64(value) });
      return 0n;
    },
    trace_printk: (format, size, ...args) => trace(formatted(bytesAt(format, size32(size)), args)),
    trace_vprintk(format, size, data, dataSize) {
      const args = bytesAt(data, size32(dataSize));
      return args === undefined ? EFAULT : trace(formatted(bytesAt(format, size32(size)), wordsOf(args)));
    },
    snprintf(buffer, size, format, data, dataSize) {
      const args = bytesAt(data, size32(dataSize));
      const text = readText(memory, u64(format), TEXT_LIMIT);
      if (args === undefined || text === undefined) return EFAULT;
      const bytes = encodeUtf8(`${formatKernel(text, wordsOf(args), textAt)}\0`);
      const room = size32(size);
      if (room > 0) {
        const cut = bytes.slice(0, room);
        cut[cut.length - 1] = 0;
        put(buffer, cut);
      }
      return BigInt(bytes.length);
    },
    get_socket_cookie(socket) {
      const address = u64(socket);
      if (address === 0n) return 0n;
      const stored = readWord(memory, address, memberOffset(options.btf, "sock", ["__sk_common", "skc_cookie"]));
      if (stored !== undefined && stored !== 0n) return stored;
      // as the kernel: the next number, the first time somebody asks
      const cookie = cookies.get(address) ?? BigInt(cookies.size + 1);
      cookies.set(address, cookie);
      return cookie;
    },
    skb_output(skb, map, flags, data, size) {
      const ring = host.maps.find(({ head }) => MEMORY_BASE + BigInt(head) === u64(map));
      const extra = Number((u64(flags) >> 32n) & 0xfffffn);
      const from = readWord(memory, u64(skb), memberOffset(options.btf, "sk_buff", ["data"]));
      const own = bytesAt(data, size32(size));
      const packet = from === undefined ? undefined : bytesAt(from, extra);
      if (ring === undefined) return EINVAL;
      if (own === undefined || packet === undefined) return EFAULT;
      const at = host.runtime.reserveRecord(ring.head, own.length + packet.length) >>> 0;
      if (at === 0) return ENOSPC;
      new Uint8Array(host.buffer).set(own, at);
      new Uint8Array(host.buffer).set(packet, at + own.length);
      return 0n;
    },
    d_path(path, buffer, size) {
      const text = pathText(memory, options.btf, u64(path));
      if (text === undefined) return EFAULT;
      const bytes = encodeUtf8(`${text}\0`);
      if (bytes.length > size32(size)) return ENAMETOOLONG;
      put(buffer, bytes);
      return BigInt(bytes.length);
    },
  };
}

function beforeNul(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decodeUtf8(end < 0 ? bytes : bytes.subarray(0, end));
}

function readText(memory: MachineMemory, address: bigint, limit: number): string | undefined {
  const bytes: number[] = [];
  while (bytes.length < limit) {
    const byte = memory.read(BigInt.asUintN(64, address + BigInt(bytes.length)), 1)?.[0];
    if (byte === undefined) return undefined;
    if (byte === 0) break;
    bytes.push(byte);
  }
  return decodeUtf8(Uint8Array.from(bytes));
}

function readWord(memory: MachineMemory, base: bigint, offset: number | undefined): bigint | undefined {
  if (offset === undefined) return undefined;
  const bytes = memory.read(BigInt.asUintN(64, base + BigInt(offset)), 8);
  return bytes === undefined ? undefined : new DataView(bytes.buffer).getBigUint64(0, true);
}

/**
 * The names from a struct path up to its root, over the mounts that are there (prepend_path in fs/d_path.c). What an event
 * leaves out ends the path: its topmost name stands below "/".
 */
function pathText(memory: MachineMemory, btf: Btf | undefined, path: bigint): string | undefined {
  const at = (base: bigint, struct: string, ...members: string[]): bigint | undefined =>
    readWord(memory, base, memberOffset(btf, struct, members));
  let dentry: bigint = at(path, "path", "dentry") ?? 0n;
  const vfsmount = at(path, "path", "mnt");
  if (dentry === 0n) return undefined;
  const inMount = memberOffset(btf, "mount", ["mnt"]);
  let mount = vfsmount === undefined || inMount === undefined || vfsmount === 0n ? 0n : vfsmount - BigInt(inMount);
  const names: string[] = [];
  while (names.length < MAX_NAMES) {
    const parent: bigint = at(dentry, "dentry", "d_parent") ?? 0n;
    if (parent !== 0n && parent !== dentry) {
      names.unshift(readText(memory, at(dentry, "dentry", "d_name", "name") ?? 0n, TEXT_LIMIT) ?? "");
      dentry = parent;
      continue;
    }
    const above = mount === 0n ? undefined : at(mount, "mount", "mnt_parent");
    const point = mount === 0n ? undefined : at(mount, "mount", "mnt_mountpoint");
    if (above !== undefined && point !== undefined && above !== 0n && above !== mount && point !== 0n) {
      mount = above;
      dentry = point;
      continue;
    }
    const name = readText(memory, at(dentry, "dentry", "d_name", "name") ?? 0n, TEXT_LIMIT) ?? "";
    if (name !== "" && name !== "/") names.unshift(name);
    break;
  }
  return `/${names.join("/")}`;
}

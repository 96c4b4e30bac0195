/**
 * A tiny machine for equivalence tests: memory regions at fixed addresses, two maps, a few helpers, and a log of what
 * happened. The interpreter of the intermediate form and the one of eBPF run in worlds of their own and must leave them
 * alike.
 */
export const CONTEXT = 0x1_0000n;
export const DATA = 0x2_0000n;
export const STACK_TOP = 0x8_0000n;
export const SLOTS = 0x100_0000n;
const ELEMENTS = 0x1000_0000n;
export const VALUE_SIZE = 16;
export const KEY_SIZE = 8;
/** Map "objects" are addresses that nobody may read. */
const MAPS = ["one", "two"] as const;
export type MapName = (typeof MAPS)[number];
export const mapAddress = (name: string): bigint => 0x7000_0000n + BigInt(MAPS.indexOf(name as MapName)) * 0x1000n;

type Region = { readonly at: bigint; readonly bytes: Uint8Array };

export class World {
  readonly regions: Region[] = [];
  readonly log: string[] = [];
  readonly #elements = new Map<string, bigint>();
  #next = ELEMENTS;
  #clock = 1000n;

  constructor(context: Uint8Array) {
    this.add(CONTEXT, context.slice());
    this.add(DATA, new Uint8Array(64));
  }
  add(at: bigint, bytes: Uint8Array): void {
    this.regions.push({ at, bytes });
  }
  /** Forgets the slots of a function that has ended; maps and data stay. */
  forgetSlots(): void {
    const kept = this.regions.filter((region) => region.at < SLOTS || region.at >= ELEMENTS);
    this.regions.length = 0;
    this.regions.push(...kept);
  }
  #find(address: bigint, size: number): { readonly bytes: Uint8Array; readonly at: number } {
    for (const region of this.regions) {
      const at = Number(address - region.at);
      if (address >= region.at && at + size <= region.bytes.length) return { bytes: region.bytes, at };
    }
    throw new Error(`no memory of ${size} bytes at 0x${address.toString(16)}`);
  }
  bytes(address: bigint, size: number): Uint8Array {
    const { bytes, at } = this.#find(address, size);
    return bytes.subarray(at, at + size);
  }
  load(address: bigint, size: number): bigint {
    let out = 0n;
    const bytes = this.bytes(address, size);
    for (let i = size - 1; i >= 0; i--) out = (out << 8n) | BigInt(bytes[i] ?? 0);
    return out;
  }
  store(address: bigint, size: number, value: bigint): void {
    const bytes = this.bytes(address, size);
    for (let i = 0; i < size; i++) bytes[i] = Number((value >> BigInt(8 * i)) & 0xffn);
  }

  /** Runs a helper by name; arguments as registers hold them. */
  call(name: string, args: readonly bigint[]): bigint {
    const arg = (i: number): bigint => {
      const value = args[i];
      if (value === undefined) throw new Error(`${name}: argument ${i + 1} is not there`);
      return value;
    };
    switch (name) {
      case "get_current_pid_tgid":
        return 0x1234_0000_5678n;
      case "ktime_get_ns":
        this.log.push("ktime");
        this.#clock += 7n;
        return this.#clock;
      case "get_current_comm": {
        const bytes = this.bytes(arg(0), Number(arg(1)));
        bytes.fill(0);
        bytes.set([0x62, 0x61, 0x73, 0x68]);
        return 0n;
      }
      case "probe_read_kernel": {
        const bytes = this.bytes(arg(0), Number(arg(1)));
        for (let i = 0; i < bytes.length; i++) bytes[i] = Number((arg(2) >> BigInt((i % 8) * 8)) & 0xffn) ^ i;
        return 0n;
      }
      case "map_lookup_elem":
        return this.#elements.get(this.#key(arg(0), arg(1))) ?? 0n;
      case "map_update_elem": {
        const key = this.#key(arg(0), arg(1));
        const value = this.bytes(arg(2), VALUE_SIZE).slice();
        this.log.push(`update ${key} ${value} ${arg(3)}`);
        let at = this.#elements.get(key);
        if (arg(3) === 1n && at !== undefined) return -17n;
        if (at === undefined) {
          at = this.#next;
          this.#next += 0x100n;
          this.add(at, new Uint8Array(VALUE_SIZE));
          this.#elements.set(key, at);
        }
        this.bytes(at, VALUE_SIZE).set(value);
        return 0n;
      }
      case "map_delete_elem": {
        const key = this.#key(arg(0), arg(1));
        this.log.push(`delete ${key}`);
        return this.#elements.delete(key) ? 0n : -2n;
      }
      default:
        throw new Error(`helper ${name} is not simulated`);
    }
  }
  #key(map: bigint, key: bigint): string {
    return `${map.toString(16)} ${this.bytes(key, KEY_SIZE)}`;
  }
  /** Everything a program leaves behind. */
  outcome(result: bigint): string {
    const elements = [...this.#elements].map(([key, at]) => `${key} = ${this.bytes(at, VALUE_SIZE)}`).sort();
    return [`returns ${result}`, `data ${this.bytes(DATA, 64)}`, ...elements, ...this.log].join("\n");
  }
}

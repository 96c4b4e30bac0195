/** Names that a simulated host has for numbers: symbols, users, cgroups, stacks out of the programs' stack maps. */
import { matcher } from "../snapshot/glob.ts";
import type { Frame } from "../stream/records.ts";
import { type Names, plainInteger, type StackType } from "./decode-value.ts";
import type { Setup } from "./event.ts";
import type { Machine } from "./machine.ts";
import type { Symbols } from "./symbols.ts";

/** struct bpf_stack_build_id: s32 status, build id, u64 offset or address (include/uapi/linux/bpf.h). */
const BUILD_ID_FRAME = 32;
const BUILD_ID_AT = 4;
const BUILD_ID_SIZE = 20;

export function createNames(machine: Machine, setup: Setup, kernel: Symbols, user: Symbols): Names {
  const stackMaps = new Map(machine.maps.filter((map) => map.kind === "stack_trace").map((map) => [map.name, map]));
  const key = new Uint8Array(4);

  const frames = (type: StackType, value: Uint8Array): Frame[] => {
    const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    const step = type.mode === "build_id" ? BUILD_ID_FRAME : 8;
    const room = Math.floor(value.length / step);
    const limit = type.limit > 0 && type.limit < room ? type.limit : room;
    const found: Frame[] = [];
    for (let i = 0; i < limit; i++) {
      if (type.mode === "build_id") {
        const status = view.getInt32(i * step, true);
        if (status === 0) break;
        found.push(buildIdFrame(value, view, i * step, status));
        continue;
      }
      const address = view.getBigUint64(i * 8, true);
      if (address === 0n) break;
      if (type.mode === "raw") found.push({ address: plainInteger(address) });
      else found.push((type.user ? user : kernel).frame(address));
    }
    return found;
  };

  const named = (name: string): string | undefined => setup.names.get(name);
  return {
    bootEpoch: setup.epoch - setup.boot,
    kernelSymbol: (address) => named(`ksym 0x${address.toString(16)}`) ?? kernel.find(address)?.symbol,
    userSymbol: (address, pid) => named(`usym ${pid} 0x${address.toString(16)}`) ?? user.find(address)?.symbol,
    user: (uid) => setup.users.get(Number(uid)),
    cgroup(id, filter) {
      const path = setup.cgroups.get(id) ?? "";
      const hierarchy = path.slice(0, path.indexOf(":"));
      return filter === "" || matcher(filter)(hierarchy) ? path : "";
    },
    stack(type, id) {
      const map = stackMaps.get(type.map);
      if (id < 0 || map === undefined) return [];
      new DataView(key.buffer).setInt32(0, id, true);
      const value = map.lookup(key)?.[0];
      return value === undefined ? [] : frames(type, value);
    },
  };
}

function buildIdFrame(value: Uint8Array, view: DataView, at: number, status: number): Frame {
  const offset = Number(view.getBigUint64(at + BUILD_ID_AT + BUILD_ID_SIZE, true));
  if (status !== 1) return { address: offset };
  const id = value.subarray(at + BUILD_ID_AT, at + BUILD_ID_AT + BUILD_ID_SIZE);
  const symbol = Array.from(id, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { address: offset, symbol, offset };
}

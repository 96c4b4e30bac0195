/** The current task's block: the host's writes to what runtime and programs read. */
import { encodeUtf8 } from "../util/bytes.ts";
import { AREA, TASK } from "./layout.ts";
import { type MachineTask, STACK_LIMIT } from "./machine.ts";

const COMM_ROOM = 15;
const UPPER = 2 ** 32;

export function machineTask(buffer: ArrayBuffer, cpus: number): MachineTask {
  const view = new DataView(buffer, AREA.TASK);
  const comm = new Uint8Array(buffer, AREA.TASK + TASK.COMM, COMM_ROOM + 1);
  const word = (offset: number, value: number): void => view.setUint32(offset, value, true);
  const wide = (offset: number, value: bigint): void => view.setBigUint64(offset, value, true);
  const names = new Map<string, Uint8Array>();
  const nameBytes = (name: string): Uint8Array => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const bytes = encodeUtf8(name).subarray(0, COMM_ROOM);
    if (names.size < 1024) names.set(name, bytes);
    return bytes;
  };
  const kernelStack = new BigUint64Array(buffer, AREA.KERNEL_STACK, STACK_LIMIT);
  const userStack = new BigUint64Array(buffer, AREA.USER_STACK, STACK_LIMIT);
  const setStack = (to: BigUint64Array, depthAt: number, addresses: ArrayLike<bigint>): void => {
    const depth = Math.min(addresses.length, STACK_LIMIT);
    for (let n = 0; n < depth; n++) to[n] = addresses[n] ?? 0n;
    word(depthAt, depth);
  };
  const setSeed = (seed: number): void => {
    word(TASK.SEED, seed | 0);
    word(TASK.SEED + 4, 0x9e3779b9); // never all zeros, from which the generator would not move
  };
  word(TASK.CPUS, cpus);
  setSeed(1);
  return {
    setCpu(cpu, node = 0) {
      if (!(cpu >= 0 && cpu < cpus)) throw new RangeError(`there is no processor ${cpu}: the machine has ${cpus}`);
      word(TASK.CPU, cpu);
      word(TASK.NODE, node);
    },
    setThread(pid, tgid) {
      word(TASK.PID_TGID, pid);
      word(TASK.PID_TGID + 4, tgid);
    },
    setUser(uid, gid) {
      word(TASK.UID_GID, uid);
      word(TASK.UID_GID + 4, gid);
    },
    setComm(name) {
      const bytes = typeof name === "string" ? nameBytes(name) : name.subarray(0, COMM_ROOM);
      comm.fill(0);
      comm.set(bytes);
    },
    setTime(ns) {
      if (typeof ns === "bigint") wide(TASK.TIME, ns);
      else {
        word(TASK.TIME, ns % UPPER);
        word(TASK.TIME + 4, Math.floor(ns / UPPER));
      }
    },
    setTaiOffset: (ns) => wide(TASK.TAI, BigInt.asUintN(64, ns)),
    setAddress: (address) => wide(TASK.ADDRESS, address),
    setCgroup: (id) => wide(TASK.CGROUP, id),
    setFunction(address, cookie) {
      wide(TASK.FUNCTION, address);
      wide(TASK.COOKIE, cookie);
    },
    setArgumentCount: (count) => word(TASK.ARGUMENTS, count),
    setKernelStack: (addresses) => setStack(kernelStack, TASK.KERNEL_DEPTH, addresses),
    setUserStack: (addresses) => setStack(userStack, TASK.USER_DEPTH, addresses),
    setSeed,
  };
}

/** The current task's block: the host's writes to what runtime and programs read. */
import { encodeUtf8 } from "../util/bytes.ts";
import { AREA, TASK } from "./layout.ts";
import { type MachineTask, STACK_LIMIT } from "./machine.ts";

const COMM_ROOM = 15;
const COMM_WORDS = 4;
/** Of the task's block that are written whole. */
const TASK_WORDS = 16;
const UPPER = 2 ** 32;

export function machineTask(buffer: ArrayBuffer, cpus: number): MachineTask {
  const comm = new Uint8Array(buffer, AREA.TASK + TASK.COMM, COMM_ROOM + 1);
  // Engines write to typed arrays faster than through views.
  const words = new Uint32Array(buffer, AREA.TASK, 2 * TASK_WORDS);
  const word = (offset: number, value: number): void => {
    words[offset >> 2] = value;
  };
  const wides = new BigUint64Array(buffer, AREA.TASK, TASK_WORDS);
  const wide = (offset: number, value: bigint): void => {
    wides[offset >> 3] = value;
  };
  const commWords = new Uint32Array(buffer, AREA.TASK + TASK.COMM, COMM_WORDS);
  /** Names as the words that they take, zeros behind them. */
  const names = new Map<string, Uint32Array>();
  const nameWords = (name: string): Uint32Array => {
    const known = names.get(name);
    if (known !== undefined) return known;
    const words = new Uint32Array(COMM_WORDS);
    new Uint8Array(words.buffer).set(encodeUtf8(name).subarray(0, COMM_ROOM));
    if (names.size < 1024) names.set(name, words);
    return words;
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
      if (typeof name === "string") {
        const words = nameWords(name);
        for (let n = 0; n < COMM_WORDS; n++) commWords[n] = words[n] ?? 0;
        return;
      }
      comm.fill(0);
      comm.set(name.subarray(0, COMM_ROOM));
    },
    setTime(ns) {
      if (typeof ns === "bigint") {
        wide(TASK.TIME, ns);
        return;
      }
      const upper = Math.floor(ns / UPPER);
      word(TASK.TIME, ns - upper * UPPER);
      word(TASK.TIME + 4, upper);
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

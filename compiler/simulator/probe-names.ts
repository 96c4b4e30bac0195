/**
 * Names of attach points, for programs that ask by the attach cookie which of theirs fired (spec/object.md): what a loader
 * writes into the object's array of names. Here a name is written when a program is first run under it.
 */
import type { Manifest } from "../5-object/manifest.ts";
import type { EventPlace, Target } from "./attach.ts";
import { type Machine, SimulatorError } from "./machine.ts";

export type ProbeNames = {
  /** Gives the entry `cookie` this name, if the program asks for names. */
  readonly set: (program: number, cookie: number, text: string) => void;
};

/** Room for so many names, as an option of loadMachine. */
export function roomForNames(manifest: Manifest, entries: number): Readonly<Record<string, number>> {
  return manifest.names === undefined ? {} : { [manifest.names.symbol]: Math.max(1, entries) };
}

/** @throws SimulatorError where the object lacks the array that its manifest names */
export function createProbeNames(machine: Machine, manifest: Manifest): ProbeNames {
  const { names } = manifest;
  if (names === undefined) return { set() {} };
  const map = machine.maps.find(({ name }) => name === names.symbol);
  if (map === undefined) throw new SimulatorError(`the object is damaged: it has no map ${names.symbol}`);
  const asks = manifest.programs.map(({ nameSize }) => nameSize !== undefined);
  const written: string[] = [];
  return {
    set(program, cookie, text) {
      if (asks[program] !== true || written[cookie] === text) return;
      const [key, value] = [new Uint8Array(4), new Uint8Array(map.valueSize)];
      new DataView(key.buffer).setUint32(0, cookie, true);
      value.set(new TextEncoder().encode(text).subarray(0, value.length));
      map.update(key, [value]);
      written[cookie] = text;
    },
  };
}

/** What a loader would call the target at this place: patterns of user probes stand for what the event names. */
export function nameAt(target: Target, place: EventPlace): string {
  const { attach } = target;
  switch (attach.kind) {
    case "uprobe":
    case "uretprobe":
      return `${attach.kind}:${place.group === "" ? attach.path : place.group}:${place.name}`;
    case "usdt": {
      const provider = place.provider ?? attach.provider;
      const path = place.group === "" ? attach.path : place.group;
      return ["usdt", path, ...(provider === undefined ? [] : [provider]), place.name].join(":");
    }
    default:
      return target.text;
  }
}

/** Draws an event's values: numbers by their distributions, objects of the simulated kernel, stacks. */
import type { EventFrame, EventValue } from "./event.ts";
import type { Generated, WorkloadProcess } from "./options.ts";
import type { Random } from "./random.ts";
import { FILE_NAMES } from "./workloads.ts";

/** A thread that does something. */
export type Actor = {
  readonly comm: string;
  readonly pid: number;
  readonly tid: number;
  readonly uid: number;
  readonly process: number;
};

/** The event that values are drawn for; `args` so far. */
export type Scope = { actor: Actor; cpu: number; args: Record<string, EventValue> };
/** Draws a value: what can be found out before is. */
export type Draw = (scope: Scope) => EventValue;

export type Values = {
  readonly drawer: (value: Generated) => Draw;
  /** A whole number that is not negative. */
  readonly duration: (value: Generated) => (scope: Scope) => number;
  /** A folded stack as frames, innermost first; one list for each text, so that a player resolves it once. */
  readonly stack: (value: Generated) => (scope: Scope) => readonly EventFrame[];
  readonly socket: (actor: Actor) => EventValue;
  /** A task by thread, with what the kernel knows of it. */
  readonly task: (actor: Actor) => EventValue;
};

const SOCKETS_PER_PROCESS = 5;
const SERVICES: Readonly<Record<string, number>> = {
  nginx: 443,
  postgres: 5432,
  node: 8080,
  "redis-server": 6379,
  sshd: 22,
};
const AF_INET = 2;
const ESTABLISHED = 1;

export function createValues(random: Random, actors: readonly Actor[]): Values {
  /** Objects that events have described: later ones refer to them by name. */
  const described = new Set<string>();
  const folded = new Map<string, readonly EventFrame[]>();

  const once = (name: string, describe: () => { readonly [field: string]: EventValue }): EventValue => {
    if (described.has(name)) return `@${name}`;
    described.add(name);
    return { "@": name, ...describe() };
  };

  const socket = (actor: Actor): EventValue => {
    const number = random.integer(0, SOCKETS_PER_PROCESS - 1);
    return once(`socket-${actor.pid}-${number}`, () => {
      const service = SERVICES[actor.comm];
      const client = 32768 + ((actor.pid * 31 + number * 977) % 28000);
      const far = ["93.184.216.34", "140.82.121.4", "151.101.1.69", "10.0.3.17", "10.0.7.42"][number] ?? "10.0.0.1";
      return {
        __sk_common: {
          skc_family: AF_INET,
          skc_state: ESTABLISHED,
          skc_rcv_saddr: "10.0.0.5",
          skc_num: service ?? client,
          skc_daddr: service === undefined ? far : `10.0.${number + 1}.${20 + (actor.pid % 200)}`,
          skc_dport: service === undefined ? 443 : client,
        },
      };
    });
  };
  const task = (actor: Actor): EventValue =>
    once(`task-${actor.comm}-${actor.tid}`, () => ({
      "@type": "task_struct",
      pid: actor.tid,
      tgid: actor.pid,
      comm: actor.comm,
      prio: 120,
    }));
  const file = (): EventValue => {
    const number = random.integer(0, FILE_NAMES.length - 1);
    const name = FILE_NAMES[number] ?? "file";
    return once(`file-${number}`, () => ({
      f_path: { dentry: { d_name: { name, len: name.length } } },
      f_inode: { i_ino: 131072 + number * 17, i_size: 4096 * (number + 1) },
    }));
  };

  const drawer = (value: Generated): Draw => {
    switch (value.kind) {
      case "constant":
        return () => value.value;
      case "text":
        return () => value.text;
      case "uniform": {
        const { min, max } = value;
        return () => random.integer(min, max);
      }
      case "normal":
        return () => Math.round(random.normal(value.mean, value.deviation));
      case "lognormal": {
        const { median, sigma } = value;
        return () => Math.round(random.lognormal(median, sigma));
      }
      case "exponential":
        return () => Math.round(random.exponential(value.mean));
      case "pareto":
        return () => Math.round(random.pareto(value.least, value.shape));
      case "choice": {
        const choose = random.chooser(value.options.map((option) => option.weight));
        const options = value.options.map((option) => drawer(option.value));
        return (scope) => options[choose()]?.(scope) ?? 0;
      }
      case "same":
        return (scope) => sameAs(value.name, scope);
      case "thing":
        if (value.thing === "socket") return ({ actor }) => socket(actor);
        if (value.thing === "file") return file;
        return ({ actor }) => task(actors[random.integer(0, actors.length - 1)] ?? actor);
      case "list": {
        const elements = value.elements.map(drawer);
        return (scope) => elements.map((draw) => draw(scope));
      }
      case "fields": {
        const fields = Object.entries(value.fields).map(([name, field]) => [name, drawer(field)] as const);
        return (scope) => Object.fromEntries(fields.map(([name, draw]) => [name, draw(scope)]));
      }
    }
  };

  return {
    drawer,
    socket,
    task,
    duration(value) {
      const draw = drawer(value);
      return (scope) => {
        const drawn = draw(scope);
        return typeof drawn === "number" && drawn > 0 ? Math.round(drawn) : 0;
      };
    },
    stack(value) {
      const draw = drawer(value);
      return (scope) => {
        const drawn = draw(scope);
        return Array.isArray(drawn) ? drawn.map(String) : unfold(String(drawn), folded);
      };
    },
  };
}

/** An argument that was drawn before, or who does it; else the name itself, as a text. */
function sameAs(name: string, { actor, cpu, args }: Scope): EventValue {
  if (Object.hasOwn(args, name)) return args[name] ?? 0;
  if (name === "cpu") return cpu;
  return name === "pid" ? actor.pid : name === "tid" ? actor.tid : name;
}

/** "outermost;…;innermost" as frames. */
export function unfold(text: string, known: Map<string, readonly EventFrame[]>): readonly EventFrame[] {
  const found = known.get(text);
  if (found !== undefined) return found;
  // Callers stand behind the call: an offset within them, the same in every run.
  const frames = text
    .split(";")
    .reverse()
    .map((name, i) => (i === 0 || name.includes("+") ? name : `${name}+${16 + ((name.length * 37) % 400)}`));
  known.set(text, frames);
  return frames;
}

/** Every thread of every process. */
export function actorsOf(processes: readonly WorkloadProcess[]): readonly Actor[] {
  return processes.flatMap(({ comm, pid, threads, uid }, process) =>
    Array.from({ length: threads }, (_, thread) => ({ comm, pid, tid: pid + thread, uid, process })),
  );
}

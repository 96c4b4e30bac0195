/**
 * What the host is asked during a walk: context layouts and BTF live there, as data of the kernel's profile.
 * Answers come packed: see answer.ts on the host's side. asc imports these functions under the file's name, "host".
 */

/** Access of `size` bytes at `off` of the context: low 32 bits 0 refused, 1 number, else a register type; high: aux. */
export declare function ctxAccess(off: i32, size: i32, write: i32): i64;

/** Access of a BTF object: as ctxAccess. uid says which BTF. */
export declare function btfAccess(uid: i32, id: i32, off: i32, size: i32): i64;

/** Size in bytes of a BTF type; 0: none. */
export declare function btfSize(uid: i32, id: i32): i32;

/** True if a pointer to type `have` (at off) may serve where `want` is asked. */
export declare function btfMatches(uid: i32, have: i32, off: i32, helper: i32, arg: i32): i32;

/** 1: the constant string at `off` of a map is a format that `count` arguments of 8 bytes fit; 0: it is not; -1: not known. */
export declare function formatFits(map: i32, off: i32, count: i32): i32;

/** For the log: state `state` (address) is about to run instruction `insn`; kind is LOG_*. */
export declare function log(kind: i32, insn: i32, a: i32, b: i32): void;

/**
 * Lowerings that are more than one helper call: the names that `{ kind: "custom" }` recipes may use.
 *
 * Each comment is the contract between 2-check, which builds the node, and 3-ir, which has one function per name:
 * `args` are the run-time operands in order, `literals` the compile-time ones, `type` is the node's type.
 */
export type CustomName =
  /** args [integer of 1, 2, 4 or 8 bytes]. Type: unsigned integer of that size, bytes reversed. */
  | "bswap"
  /**
   * args [source, length?]. source: a pointer or 64-bit integer (space from its type; "none" is kernel), or a value in
   * memory (string, array, buffer). length: 64-bit, absent for memory values (all of it). Type: buffer(size); length
   * capped at `size`; u32 length, then bytes, the rest zero.
   */
  | "buf"
  /** literals [mode: "monotonic" | "boot" | "tai" | "sw_tai"]. Type: u64 ns. sw_tai: boot clock + host value "tai-offset". */
  | "clock"
  /** Type: string(16): the current task's name. */
  | "comm"
  /** Type: u64 ns: ktime_get_boot_ns() - host value "start-ns". */
  | "elapsed"
  /** args at most three, 64-bit or text in memory; literals [format, as the kernel reads it]. No value. */
  | "debugf"
  /** A word that the loader fills in. The row's name says which: cpid, has_cpid (bool), ncpus. */
  | "host_value"
  /** args [pointer, or 6-byte (or longer) array in memory]. Type: mac, six bytes copied. */
  | "macaddr"
  /** args [a, b] memory values or pointers; literals [bytes]. Type: i64; 0, or difference of the first unequal bytes. */
  | "memcmp"
  /** literals ["pid" | "tid"]. Type: u32 in the namespace of host values pidns-dev and pidns-ino; those zero: as pid, tid. */
  | "ns_pid"
  /** args [family 64-bit, address]. address: 64-bit integer (its low 4 bytes), or 4- or 16-byte array in memory. Type: inet. */
  | "ntop"
  /** args [pointer to struct path]. Type: string(size) by d_path. */
  | "path"
  /** Type: string(size): the name of what the program is attached to here, by its attach cookie. */
  | "probe_name"
  /** Stack capture. Type: stack; its `user`, `mode` and `limit` say all. */
  | "stack"
  /** args [stack]. Type: i64 number of frames. */
  | "stack_length"
  /**
   * args [pointer, length?]. pointer: pointer or 64-bit integer; space from its type ("none": kernel). length: 64-bit
   * bytes including NUL; absent: type.size. Type: string(size); a fault or length 0 gives the empty string; rest zero.
   */
  | "str"
  /** args [a, b] strings in memory. Type: string(size): b behind a, cut at size - 1. */
  | "str_concat"
  /** args [haystack, needle] strings in memory. Type: bool. */
  | "strcontains"
  /** args [string or byte array in memory, or pointer]. Type: u64 bytes before the NUL; capacity if none. Pointers: at most literals[0] bytes. */
  | "strlen"
  /** args [a, b] strings in memory; literals [n]. Type: u64: 0 if the first n characters are equal (stopping at NUL), else 1. */
  | "strncmp"
  /** args [haystack, needle] strings in memory. Type: i64 index of the first occurrence or -1; empty needle 0. */
  | "strstr"
  /** literals ["kernel", symbol] | ["user", symbol, path] | ["cgroup", path]. Type: 64-bit scalar that the loader resolves. */
  | "symbol_address"
  /** args [64-bit integer]; literals ["strerror" | "signal_name" | "syscall_name"]. Type: string(size): text from lang/texts.ts, unknown: decimal. */
  | "text_table"
  /** args [64-bit address]. Type: usym: u64 address, u32 tgid, 4 zero bytes. */
  | "usym"
  /** args [address, value in memory or pointer]; literals [bytes]. Type: bool: whether they were written. */
  | "write_user";

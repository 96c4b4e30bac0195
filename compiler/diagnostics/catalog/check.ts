/** Messages of the checker: names, types, calls, probes, configuration. Quoted words are those that users grep for. */
import { error, warning } from "../diagnostic.ts";

/** " (did you mean a, b?)", or nothing. */
function meant(names: readonly string[]): string | undefined {
  return names.length === 0 ? undefined : `did you mean ${names.join(" or ")}?`;
}

/** What something of another name, or of another form, is called here. */
function called(name: string | undefined): string | undefined {
  return name === undefined ? undefined : `did you mean ${name}?`;
}

const parameterHint =
  "a parameter in an attach point takes its value when the script is compiled: tracelet run SCRIPT VALUE…";

const USE_NUMBERS = "use arg0, arg1, … with a cast to a struct of the script";

const SCALAR = "without an explicit key (scalar map)";
const KEYED = "with an explicit key (non-scalar map)";

export const checkCatalog = {
  // --- Names and variables ---
  "undefined-variable": error(
    (p: { name: string; outer: boolean }) => `Undefined or undeclared variable: $${p.name}`,
    (p) =>
      p.outer
        ? `$${p.name} lives only in the block that first assigns it; declare it before that block: let $${p.name};`
        : undefined,
  ),
  "undefined-map": error(
    (p: { name: string }) => `Undefined map: ${p.name}`,
    (p) => `nothing ever assigns ${p.name}`,
  ),
  "unknown-identifier": error(
    (p: { name: string; similar: readonly string[]; header?: string; called: string | undefined }) =>
      `Unknown identifier: '${p.name}'`,
    (p) =>
      called(p.called) ??
      meant(p.similar) ??
      (p.header === undefined
        ? undefined
        : `macros of kernel headers (${p.header}) are not in BTF: #define ${p.name} in the script`),
  ),
  "unknown-function": error(
    (p: { name: string; similar: readonly string[]; called: string | undefined }) => `Unknown function: '${p.name}'`,
    (p) => called(p.called) ?? meant(p.similar),
  ),
  "unknown-type": error(
    (p: { name: string; similar: readonly string[] }) => `Cannot resolve unknown type "${p.name}"`,
    (p) => meant(p.similar),
  ),
  "unknown-struct": error(
    (p: { name: string; similar: readonly string[]; noBtf?: boolean }) => `Unknown struct/union: '${p.name}'`,
    (p) =>
      p.noBtf === true
        ? "the kernel's own types need kernel BTF, and there is none: define the struct in the script"
        : meant(p.similar),
  ),
  "unknown-enum": error((p: { name: string }) => `Unknown enum: ${p.name}`),
  "unknown-field": error(
    (p: { type: string; field: string; similar: readonly string[] }) =>
      `Struct/union of type '${p.type}' does not contain a field named '${p.field}'`,
    (p) => meant(p.similar),
  ),
  "unknown-parameter": error(
    (p: { name: string; similar: readonly string[] }) => `Can't find function parameter ${p.name}`,
    (p) => meant(p.similar),
  ),
  "unknown-record-field": error(
    (p: { field: string; similar: readonly string[] }) => `Record does not contain a field named '${p.field}'`,
    (p) => meant(p.similar),
  ),
  "variable-shadowed": error(
    (p: { name: string }) => `Variable $${p.name} was already declared. Variable shadowing is not allowed.`,
  ),
  "loop-variable-shadowed": error(
    (p: { name: string }) => `Loop declaration shadows existing variable: $${p.name}`,
    () => "use another name for the loop's variable",
  ),
  "variable-unassigned": warning((p: { name: string }) => `Variable used before it was assigned: $${p.name}`),
  "variable-never-assigned": warning((p: { name: string }) => `Variable $${p.name} was never assigned to.`),
  "map-unused": warning((p: { name: string }) => `Unused map: ${p.name}`),
  "positional-missing": warning((p: { index: number }) => `Positional parameter $${p.index} is empty or not provided.`),
  "positional-offset": error(
    (p: { index: number; offset: string; length: number }) =>
      `str() cannot start at ${p.offset} in $${p.index}: it has ${p.length} characters`,
  ),
  "option-inconsistent": error(
    (p: { name: string }) => `getopt("${p.name}") needs the same default value in all places`,
  ),
  "option-bad-integer": error((p: { name: string; text: string }) => `invalid integer for --${p.name}: ${p.text}`),
  "option-bad-bool": error(
    (p: { name: string; text: string }) => `invalid value for --${p.name}: ${p.text}`,
    () => "use true or false",
  ),
  "option-unknown": error(
    (p: { name: string; known: readonly string[] }) => `unexpected program command line options: --${p.name}`,
    (p) =>
      p.known.length === 0
        ? "this script has no options"
        : `expected program options: ${p.known.map((name) => `--${name}`).join(", ")}`,
  ),

  // --- Types ---
  "variable-type-mismatch": error(
    (p: { name: string; type: string; existing: string }) =>
      `Type mismatch for $${p.name}: trying to assign value of type '${p.type}' when variable already has a type '${p.existing}'`,
  ),
  "map-type-mismatch": error(
    (p: { name: string; type: string; existing: string; aggregate: boolean }) =>
      `Type mismatch for ${p.name}: trying to assign value of type '${p.type}' when map already has a type '${p.existing}'`,
    (p) => (p.aggregate ? `to start over, use clear(${p.name}) or zero(${p.name})` : undefined),
  ),
  "map-key-mismatch": error(
    (p: { name: string; type: string; existing: string }) =>
      `Argument mismatch for ${p.name}: trying to access with arguments: '${p.type}' when map expects arguments: '${p.existing}'`,
  ),
  "map-scalar-after-keyed": error(
    (p: { name: string }) => `${p.name} used as a map ${SCALAR}, previously used ${KEYED}`,
  ),
  "map-keyed-after-scalar": error(
    (p: { name: string }) => `${p.name} used as a map ${KEYED}, previously used ${SCALAR}`,
  ),
  "map-key-type": error((p: { type: string }) => `'${p.type}' cannot be used as a map key`),
  "map-value-type": error(
    (p: { name: string; type: string }) =>
      `Type mismatch for ${p.name}: trying to assign value of type '${p.type}', which holds nothing`,
    () => "keep a number or a text; has_key() tells whether a key was there",
  ),
  "map-key-part-type": error((p: { type: string }) => `${p.type} cannot be part of a map key`),
  "aggregate-copy": error(
    (p: { target: string; source: string; type: string }) =>
      `Type mismatch for ${p.target}: trying to assign value of type '${p.type}', an aggregation of another map`,
    (p) => `Add a cast to integer if you want the value of the aggregate, e.g. \`${p.target} = (int64)${p.source};\``,
  ),
  "aggregate-in-tuple": error((p: { type: string }) => `Map type ${p.type} cannot exist inside a tuple.`),
  "aggregate-not-assigned": error(
    (p: { name: string }) => `${p.name}() must be assigned directly to a map`,
    (p) => `write @name = ${p.name}(…);`,
  ),
  "aggregate-different-bounds": error(
    (p: { name: string; map: string }) => `Different ${p.name} bounds in a single map unsupported: ${p.map}`,
  ),
  "assign-to-variable": error((p: { type: string }) => `Value '${p.type}' cannot be assigned to a scratch variable.`),
  "assign-to-map": error((p: { type: string }) => `Value '${p.type}' cannot be assigned to a map.`),
  "assign-none": error(
    (p: { name: string }) =>
      `Invalid expression for assignment: ${p.name}() should not be used in an assignment or as a map key`,
  ),
  "not-assignable": error(
    (_: { name: string | undefined }) => "Invalid expression for assignment: only variables and maps can be assigned",
    (p) => (p.name === undefined ? undefined : `a variable is $${p.name}, a map @${p.name}`),
  ),
  "immutable-field": error(
    () =>
      "Tuples are immutable once created: their fields are immutable. Consider creating a new tuple and assigning it instead.",
  ),
  "comparison-mismatch": error(
    (p: { op: string; left: string; right: string }) =>
      `Type mismatch for '${p.op}': comparing ${p.left} with ${p.right}`,
  ),
  "operator-mismatch": error(
    (p: { op: string; left: string; right: string }) =>
      `The ${p.op} operator can not be used on expressions of types ${p.left}, ${p.right}`,
  ),
  "unary-mismatch": error(
    (p: { op: string; type: string }) => `The ${p.op} operator can not be used on expressions of type '${p.type}'`,
  ),
  "string-always-empty": warning(() => "literal string will always be empty"),
  "string-literal-operator": error((p: { op: string }) => `illegal literal operation with strings: ${p.op}`),
  "literal-overflow": error(() => "unable to fold literals due to overflow or underflow"),
  "invalid-condition": error(
    (p: { type: string }) => `Invalid condition: ${p.type}`,
    () => "a condition is an integer, a boolean or a pointer; compare strings with ==",
  ),
  "invalid-cast": error((p: { from: string; to: string }) => `Cannot cast from "${p.from}" to "${p.to}"`),
  "cast-to-struct": error(
    (p: { to: string }) => `Cannot cast to "${p.to}"`,
    (p) => `cast to a pointer: (${p.to} *)`,
  ),
  "enum-no-variant": error(
    (p: { name: string; value: string }) => `Enum: ${p.name} doesn't contain a variant value of ${p.value}`,
  ),
  "no-field": error(
    (p: { field: string; type: string; address?: boolean }) =>
      `Can not access field '${p.field}' on expression of type '${p.type}'`,
    (p) => (p.address === true ? `say what it points to: ((struct NAME *)…)->${p.field}` : undefined),
  ),
  "not-dereferenceable": error((p: { type: string }) => `Can not dereference type '${p.type}'. It is not a pointer.`),
  "void-dereference": error(
    () => "The array index operator [] cannot be used on a pointer to an unsized type (void)",
    () => "cast the pointer first: (uint8 *)",
  ),
  "tuple-index": error(
    (p: { index: number; count: number }) => `Invalid tuple index: ${p.index}. Found ${p.count} elements in tuple.`,
  ),
  "tuple-index-literal": error(() => "The index of a tuple is only valid for integer literals"),
  "index-out-of-bounds": error(
    (p: { index: string; length: number }) => `the index ${p.index} is out of bounds for array of size ${p.length}`,
  ),
  "not-indexable": error(
    (p: { type: string }) =>
      `The array index operator [] can only be used on arrays, pointers, and tuples, found ${p.type}.`,
  ),
  "index-type": error(
    (p: { type: string }) => `The array index operator [] only accepts positive integer indices, got ${p.type}`,
  ),
  "address-of": error(() => "The & operator needs a variable or a map"),
  "update-target": error((p: { op: string }) => `The ${p.op} operator must be applied to a map or variable`),
  "branch-mismatch": error(
    (p: { left: string; right: string }) =>
      `Branches must return the same type or compatible types: have '${p.left}' and '${p.right}'`,
  ),
  "sign-change": warning(
    (p: { from: string; to: string }) =>
      `Expression of type: ${p.from} being cast to type: ${p.to}. This may cause unexpected results. Use an explicit cast to suppress this warning.`,
  ),
  "signed-division": warning(
    (p: { op: string }) =>
      `signed operands for '${p.op}' can lead to undefined behavior (cast to unsigned to silence warning)`,
  ),
  "comparison-constant": warning(
    (p: { text: string; holds: boolean; type: string; cast: string }) =>
      `comparison '${p.text}' ${p.holds ? "always holds" : "can never hold"}: ${p.type} is unsigned`,
    (p) => `cast to compare negative values: (${p.cast})retval < 0`,
  ),
  "comparison-unsigned": warning(
    (p: { name: string; op: string; cast: string }) =>
      `${p.name} is unsigned: negative values count as large ones in '${p.op} 0'`,
    (p) => `cast to tell errors from sizes: (${p.cast})${p.name} ${p.op} 0`,
    (p) => [{ find: p.name, replace: `(${p.cast})${p.name}` }],
  ),
  "pointer-comparison": warning(
    (p: { left: string; right: string }) => `comparison of distinct pointer types: '${p.left}' and '${p.right}'`,
  ),
  "useless-cast": warning((p: { type: string }) => `Unnecessary cast: expression is already of type ${p.type}`),
  "value-discarded": warning(
    () => "Return value discarded.",
    () => "write _ = … to discard it on purpose",
    () => [{ find: "", replace: "_ = " }],
  ),
  unreachable: warning(() => "Unreachable statement."),
  "while-deprecated": warning(
    () => "While loops are deprecated",
    () => "use for ($i : 0..10) { … }",
  ),
  "not-printable": error((p: { type: string; fn: string }) => `${p.type} type passed to ${p.fn}() is not printable`),
  "string-too-long": error(
    (p: { limit: number; length: number }) => `String is too long (over ${p.limit} bytes): ${p.length} bytes`,
    () => "raise max_strlen",
  ),
  "comptime-unresolved": error(() => "Unable to resolve comptime expression"),
  "type-as-value": error((p: { name: string }) => `A type cannot be used as a value: ${p.name}`),

  // --- Control flow ---
  "unroll-max": error((p: { count: string }) => `unroll maximum value is 100 (${p.count} given)`),
  "unroll-min": error((p: { count: string }) => `unroll minimum value is 1 (${p.count} given)`),
  "unroll-literal": error(() => "invalid unroll value: a literal or a positional parameter is needed"),
  "misplaced-jump": error(
    (p: { name: string; place: string }) => `'${p.name}' statement is not allowed in a ${p.place}`,
  ),
  "return-type": error((p: { type: string }) => `Probe return values can only be integers, not '${p.type}'`),
  "fn-return-type": error(
    (p: { name: string; type: string; expected: string }) =>
      `Function ${p.name} is of type ${p.expected}, cannot return ${p.type}`,
  ),
  "fn-no-return": error((p: { name: string }) => `Not all code paths of ${p.name}() return a value`),
  "loop-over-type": error(
    (p: { type: string }) => `Loop expression does not support type: ${p.type}`,
    () => "print() shows such a map",
  ),
  "loop-over-scalar": error(
    (p: { name: string }) => `${p.name} has no explicit keys (scalar map), and cannot be used for iteration`,
  ),
  "loop-over-value": error(() => "Loops go over a map or a range of integers"),
  "range-type": error((p: { type: string }) => `The bounds of a range must be integers, got ${p.type}`),
  "builtin-in-loop": error(
    (p: { name: string }) => `${p.name} builtin is not allowed in a for-loop`,
    (p) => `copy it to a variable before the loop: $x = ${p.name};`,
  ),

  // --- Macros and functions ---
  "unhygienic-map": error(
    (p: { name: string }) => `Unhygienic access to map: ${p.name}. Maps must be passed into the macro as arguments.`,
  ),
  "macro-argument-count": error(
    (p: { name: string; expected: number; got: number }) =>
      `Call to ${p.name}() has the wrong number of arguments. Expected: ${p.expected} but got ${p.got}.`,
  ),
  "macro-arguments": error(
    (p: { name: string }) => `Call to ${p.name}() has arguments that do not match any definition`,
  ),
  "macro-recursive": error((p: { name: string }) => `Recursive macro call: ${p.name}`),
  "macro-duplicate": error((p: { name: string }) => `Macro ${p.name} is already defined with the same parameters`),
  "macro-parameter-reused": error(
    (p: { name: string }) => `Variable for macro argument has already been used: ${p.name}`,
  ),
  "define-not-expression": error(
    (p: { name: string; body: string }) => `unable to expand macro as an expression: ${p.name}`,
    (p) => (p.body === "" ? "it has no value" : `its value is: ${p.body}`),
  ),
  "fn-duplicate": error((p: { name: string }) => `Function ${p.name} is already defined`),
  "outside-probe": error(
    (p: { name: string }) => `Builtin ${p.name} not supported outside probe: it can only be used inside of a probe`,
  ),

  // --- Calls ---
  "argument-count": error((p: { name: string; least: number; most: number; got: number }) => {
    const many = (n: number): string => (n === 0 ? "no arguments" : n === 1 ? "one argument" : `${n} arguments`);
    if (p.least === p.most) return `${p.name}() requires ${many(p.least)} (${p.got} provided)`;
    if (p.got < p.least) return `${p.name}() requires at least ${many(p.least)} (${p.got} provided)`;
    return `${p.name}() takes up to ${many(p.most)} (${p.got} provided)`;
  }),
  "argument-type": error(
    (p: { name: string; kind: string; got: string }) =>
      `${p.name}() only supports ${p.kind} arguments (${p.got} provided)`,
  ),
  "argument-string-literal": error(
    (p: { name: string; got: string; place: string }) =>
      `${p.name}() expects a string literal as the ${p.place} argument (${p.got} provided)`,
  ),
  "argument-integer-literal": error(
    (p: { name: string; what: string; got: string }) =>
      `${p.name}() expects an integer literal as ${p.what} (${p.got} provided)`,
  ),
  "argument-negative": error(
    (p: { name: string; what: string; value: string }) =>
      `${p.name}: invalid ${p.what} value (must be non-negative literal): ${p.value}`,
  ),
  "literal-needed": error((p: { name: string }) => `Builtin ${p.name} requires a non-negative literal`),
  "argument-map": error((p: { name: string }) => `${p.name}() expects a map argument`),
  "argument-map-keyed": error(
    (p: { name: string }) => `call to ${p.name}() expects a map with explicit keys (non-scalar map)`,
  ),
  "argument-map-scalar": error(
    (p: { name: string }) =>
      `call to ${p.name}() with a single argument expects a map without explicit keys (scalar map)`,
  ),
  "argument-variable": error((p: { name: string }) => `${p.name}() expects a scratch variable as the last argument`),
  "print-arguments": error((p: { got: number }) => `Non-map print() only takes 1 argument, ${p.got} found`),
  "print-map-key": error(
    (p: { type: string }) => `cannot print the value of individual keys of a ${p.type}. You must print the whole map`,
  ),
  "print-stats-arguments": warning(() => "print()'s top and div arguments are ignored when used on stats() maps."),
  "print-in-loop": warning(
    () => "Due to it's asynchronous nature using 'print()' in a loop can lead to unexpected behavior",
  ),
  "format-too-few": error(
    (p: { supplied: number; expected: number }) =>
      `not enough arguments for format string (${p.supplied} supplied, ${p.expected} expected)`,
  ),
  "format-too-many": error(
    (p: { supplied: number; expected: number }) =>
      `too many arguments for format string (${p.supplied} supplied, ${p.expected} expected)`,
  ),
  "format-type": error(
    (p: { type: string; specifier: string }) => `unsupported format specifier for type '${p.type}': ${p.specifier}`,
  ),
  "format-unknown": error((p: { specifier: string }) => `unsupported format specifier: ${p.specifier}`),
  "hist-bits": error((p: { bits: string }) => `hist: bits ${p.bits} must be 0..5`),
  "lhist-step": error((p: { step: string }) => `lhist() step must be >= 1 (${p.step} provided)`),
  "lhist-range": error(
    (p: { min: string; max: string }) => `lhist() min must be less than max (provided min ${p.min} and max ${p.max})`,
  ),
  "lhist-step-large": error(
    (p: { step: string }) => `lhist() step is too large for the given range (${p.step} provided)`,
  ),
  "lhist-buckets": error(
    (p: { buckets: string }) => `lhist() too many buckets, must be <= 1000 (would need ${p.buckets})`,
  ),
  "tseries-interval": error(() => "tseries() interval must be at least 1 ns"),
  "tseries-count": error(
    (p: { count: string }) => `tseries() number of intervals must be 1..1000000 (${p.count} provided)`,
  ),
  "tseries-aggregation": error((p: { name: string }) => `tseries() expects one of avg, max, min, sum; got ${p.name}`),
  "unstable-feature": warning(
    (p: { name: string; key: string }) =>
      `Script is using an unstable feature: ${p.name}. To prevent this warning you must explicitly enable it in the config e.g. ${p.key}=enable`,
  ),
  "unstable-refused": error(
    (p: { name: string; key: string }) => `${p.name} is not enabled: it is an unstable feature`,
    (p) => `config = { ${p.key}=enable }`,
  ),
  "unsafe-function": error(
    (p: { name: string }) => `${p.name}() is an unsafe function being used in safe mode`,
    () => "allow it with --unsafe",
  ),
  "unsafe-signal": error((p: { name: string }) => `${p.name}() is unsafe. To use you need the --unsafe flag`),
  "signal-name": error((p: { name: string }) => `Invalid string for signal: ${p.name}`),
  "signal-number": error(
    (p: { value: string }) => `signal() only supports numbers between 1 and 64 (${p.value} provided)`,
  ),
  "signal-probe": error(
    (p: { name: string; provider: string }) => `${p.name}() can not be used for this probetype ${p.provider}`,
    () => "a probe that fires in the task: kprobe, tracepoint, uprobe, profile, fentry …",
  ),
  "debugf-production": warning(
    () =>
      "The debugf() builtin is not recommended for production use. For more information see bpf_trace_printk in bpf-helpers(7).",
    () => "printf() is faster, and loses nothing silently",
  ),
  "debugf-conversions": error(() => "cannot use more than 3 conversion specifiers"),
  "percpu-variable": error((p: { name: string }) => `Could not resolve variable "${p.name}" from BTF`),
  "override-kprobe": error(() => "override() can only be used inside kprobes"),
  "stack-mode": error(
    (p: { name: string }) => `Error parsing stack mode: unknown mode '${p.name}'`,
    () => "modes are bpftrace, perf, raw and, for ustack, build_id",
  ),
  "stack-mode-first": error(() => "Expected stack mode as first argument"),
  "stack-limit": error(
    (p: { fn: string; limit: string }) => `${p.fn}([int limit]): limit shouldn't exceed 1024, ${p.limit} given`,
  ),
  "stack-limit-invalid": error((p: { fn: string }) => `${p.fn}: invalid limit value`),
  "nsecs-mode": error(
    (p: { mode: string }) => `Invalid timestamp mode: ${p.mode}`,
    () => "modes are monotonic, boot, tai and sw_tai",
  ),
  "pid-mode": error((p: { mode: string }) => `Invalid PID namespace mode: ${p.mode} (expects: curr_ns or init)`),
  "ntop-size": error((p: { size: number }) => `ntop() argument must be 4 or 16 bytes in size (${p.size} provided)`),
  "ntop-type": error((p: { got: string }) => `ntop() expects an integer or array argument, got ${p.got}`),
  "ntop-family": error(
    (p: { family: string }) => `ntop() address family must be 2 (AF_INET) or 10 (AF_INET6), got ${p.family}`,
  ),
  "pton-address": error(
    (p: { text: string }) => `pton() expects an string argument of an IPv4/IPv6 address, got ${p.text}`,
  ),
  "macaddr-type": error(
    (p: { got: string }) => `macaddr() only supports array or pointer arguments (${p.got} provided)`,
  ),
  "macaddr-size": error(
    (p: { size: number }) => `macaddr() argument must be at least 6 bytes in size (${p.size} provided)`,
  ),
  "str-type": error(
    (p: { name: string; got: string }) =>
      `${p.name}() expects a string, integer or a pointer type as first argument (${p.got} provided)`,
  ),
  "length-too-long": warning(
    (p: { length: string; limit: number }) =>
      `length param (${p.length}) is too long and will be shortened to ${p.limit} bytes (see BPFTRACE_MAX_STRLEN)`,
  ),
  "length-negative": error(
    (p: { name: string; length: string }) => `${p.name}() length must not be negative (${p.length} provided)`,
  ),
  "buf-length": error(() => "buf() expects a length argument for non-array type"),
  "string-like": error(
    (p: { name: string; got: string; parameter: string | undefined }) =>
      `${p.name}(): string-like values must be either strings, arrays or pointers (${p.got} provided)`,
    (p) => (p.parameter === undefined ? undefined : `Use str(${p.parameter}) to treat ${p.parameter} as a string`),
  ),
  "strftime-monotonic": error(() => "strftime() can not take a monotonic timestamp"),
  "assertion-failed": error((p: { message: string }) => p.message),
  "fail-literal": error(() => "fail() arguments need to be literals"),
  "user-fail": error((p: { message: string }) => p.message),
  "register-unknown": error(
    (p: { name: string; arch: string; known: readonly string[] }) =>
      `'${p.name}' is not a valid register on this architecture (${p.arch})`,
    (p) => `registers: ${p.known.join(" ")}`,
  ),
  "cgroup-path": error(
    (p: { path: string }) => `Failed to get \`cgroupid\` for path: "${p.path}": not an absolute path`,
  ),
  "path-probe": error(() => "The path function can only be used with 'fentry', 'fexit' and 'iter' probes"),
  "socket-cookie-probe": error(
    () => "socket_cookie() can only be used with 'fentry', 'fexit' and 'rawtracepoint' probes",
  ),

  "socket-cookie-argument": error(
    (p: { got: string }) => `socket_cookie() only supports 'struct sock *' as the argument ('${p.got}' provided)`,
  ),

  // --- Builtins by probe ---
  "argument-builtin": error(
    (p: { name: string; provider: string }) =>
      `The ${p.name} builtin can only be used with 'kprobes', 'uprobes' and 'usdt' probes`,
    (p) => {
      if (p.provider === "kretprobe" || p.provider === "uretprobe")
        return `a returning function's arguments are gone: keep them at its entry, @${p.name}[tid] = ${p.name}`;
      return /^(tracepoint|rawtracepoint|fentry|fexit)$/.test(p.provider) ? "use args.NAME" : undefined;
    },
  ),
  "argument-register": error((p: { name: string; arch: string }) => `${p.arch} doesn't support ${p.name}`),
  "retval-builtin": error(
    () => "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes",
  ),
  "retval-tracepoint": error(
    () => "The retval builtin can only be used with 'kretprobe' and 'uretprobe' and 'fentry' probes. Use args.ret",
  ),
  "args-builtin": error(
    (p: { provider: string; target: string | undefined }) =>
      `The args builtin can only be used with tracepoint, rawtracepoint, fentry/fexit, and uprobe probes (${p.provider} used here)`,
    (p) => {
      if (p.provider === "kprobe")
        return `${p.target === undefined ? "" : `fentry:${p.target} has named arguments; here `}use arg0, arg1, … with a cast`;
      return p.provider === "kretprobe" && p.target !== undefined ? `fexit:${p.target} has args and retval` : undefined;
    },
  ),
  "args-address": error(
    () => "args are those of a function, and an address names none",
    () => "name the function, or use arg0, arg1, … with a cast",
  ),
  "binary-missing": error(
    (p: { name: string }) => `args need the debug information of ${p.name}, which is not on this machine`,
    () => `compile where it is; or ${USE_NUMBERS}`,
  ),
  "binary-debug-info": error(
    (p: { name: string }) => `${p.name} has no debug information (DWARF), and none was found for it`,
    () => `build it with -g, or install its -dbgsym or -debuginfo package; or ${USE_NUMBERS}`,
  ),
  "binary-unreadable": error(
    (p: { name: string; why: string }) => `the debug information of ${p.name} cannot be read: ${p.why}`,
    () => USE_NUMBERS,
  ),
  "binary-function": error(
    (p: { name: string; symbol: string; similar: readonly string[] }) =>
      `the debug information of ${p.name} has no function ${p.symbol}`,
    (p) => meant(p.similar) ?? USE_NUMBERS,
  ),
  "args-unknown": error(
    (p: { symbol: string; why: string }) => `the arguments of ${p.symbol} are not known: ${p.why}`,
    () => USE_NUMBERS,
  ),
  "argument-hidden": error(
    (p: { name: string; why: string }) => `args.${p.name} cannot be read: ${p.why}`,
    () => "trace a function that is given a pointer to it",
  ),
  "func-builtin": error((p: { provider: string }) => `The func builtin can not be used with '${p.provider}' probes`),
  "probe-builtin": error(
    (p: { name: string; provider: string }) => `${p.name} can not be used with "${p.provider}" probes`,
  ),
  "ctx-tracepoint": error(() => "Use args instead of ctx in tracepoint"),
  "usermode-arch": error((p: { arch: string }) => `usermode is not supported on ${p.arch}`),

  // --- Attach points ---
  "invalid-provider": error(
    (p: { name: string; similar: readonly string[] }) => `Invalid provider: '${p.name}'`,
    (p) => meant(p.similar),
  ),
  "removed-provider": error((p: { text: string }) => p.text),
  "target-unexpected": error(() => "begin/end probes should not have a target"),
  "target-missing": error((p: { text: string }) => p.text),
  "target-parts": error(
    (p: { provider: string; shape: string }) => `${p.provider} probe needs the form ${p.provider}:${p.shape}`,
  ),
  "wildcard-refused": error((p: { provider: string }) => `wildcards are not allowed for ${p.provider} probe type`),
  "timer-unit": error(
    (p: { unit: string }) => `${p.unit} is not an accepted unit of time`,
    () => "units are hz, s, ms, us; or write a duration: 10ms",
  ),
  "timer-missing-unit": error(
    (p: { provider: string }) => `${p.provider} probe must have unit of time`,
    (p) => `${p.provider}:s:1, ${p.provider}:hz:99`,
  ),
  "timer-integer": error(
    (p: { provider: string; written: string }) => `${p.provider} probe must have an integer frequency`,
    (p) => (p.written.includes("$") ? parameterHint : undefined),
  ),
  "timer-positive": error((p: { provider: string }) => `${p.provider} frequency should be a positive integer`),
  "timer-minimum": error((p: { provider: string }) => `${p.provider} must be at least 1000 ns`),
  "perf-event": error(
    (p: { name: string; provider: string; known: readonly string[] }) => `${p.name} is not a ${p.provider} probe`,
    (p) => `events: ${p.known.join(", ")}`,
  ),
  "perf-count": error((p: { provider: string }) => `${p.provider} count should be a positive integer`),
  "signal-unsupported": error(
    (p: { name: string }) => `${p.name} is not a supported signal`,
    () => "only SIGUSR1 is",
  ),
  "watchpoint-address": error(() => "watchpoint must be attached to a non-zero address"),
  "watchpoint-length": error(() => "watchpoint length must be one of (1,2,4,8)"),
  "watchpoint-mode": error(() => "watchpoint mode must be combination of (r,w,x)"),
  "watchpoint-mode-twice": error(() => "watchpoint modes may not be duplicated"),
  "offset-refused": error((p: { provider: string }) => `${p.provider}s can not be attached to a function offset`),
  "offset-invalid": error((p: { text: string }) => `invalid offset: ${p.text}`),
  "address-unsafe": error(
    (p: { provider: string }) => `${p.provider} at an absolute address is unsafe`,
    () => "allow it with --unsafe",
  ),
  "function-missing": error(
    (p: { provider: string; name: string; similar: readonly string[] }) =>
      `${p.provider}: ${p.name} is not traceable (either non-existing, inlined, or marked as "notrace"); attaching to it will likely fail`,
    (p) => meant(p.similar) ?? 'config = { missing_probes = "warn" } compiles it all the same',
  ),
  "function-untraceable": warning(
    (p: { name: string; similar: readonly string[] }) =>
      `${p.name} is not traceable (either non-existing, inlined, or marked as "notrace"); attaching to it will likely fail`,
    (p) => meant(p.similar),
  ),
  "function-no-btf": error(
    (p: { name: string; provider: string }) => `${p.provider}: ${p.name} has no type information in this kernel's BTF`,
    () => "a kprobe needs none",
  ),
  "no-match": error(
    (p: { provider: string; target: string; similar: readonly string[] }) =>
      `No matches for ${p.provider} ${p.target}.`,
    (p) => meant(p.similar),
  ),
  "no-match-warning": warning(
    (p: { provider: string; target: string; similar: readonly string[] }) =>
      `No matches for ${p.provider} ${p.target}.`,
    (p) => meant(p.similar),
  ),
  "module-missing": error(
    (p: { module: string; probe: string }) => `specified module ${p.module} in probe ${p.probe} is not loaded.`,
  ),
  "rawtracepoint-btf": error(() => "rawtracepoints require kernel BTF. Try using a 'tracepoint' instead."),
  "kernel-btf": error(
    (p: { what: string }) => `${p.what} require kernel BTF, and there is none`,
    () => "use a kernel built with CONFIG_DEBUG_INFO_BTF=y, or a kprobe or tracepoint",
  ),
  "iter-missing": error(
    (p: { name: string; known: readonly string[] }) => `iter ${p.name} not available for your kernel version.`,
    (p) => `iterators: ${p.known.join(", ")}`,
  ),
  "iter-mixed": error(() => "iter probes cannot be mixed with other probes"),
  "no-probes": error(() => "No probes to attach"),
  "too-many-probes": error(
    (p: { count: number; limit: number }) =>
      `Can't attach to ${p.count} probes because it exceeds the current limit of ${p.limit} probes.`,
    () => "raise max_probes, or BPFTRACE_MAX_PROBES",
  ),
  "too-many-programs": error(
    (p: { count: number; limit: number }) =>
      `Your program is trying to generate more than ${p.limit} BPF programs (${p.count}), which exceeds the current limit of ${p.limit}`,
    () => "You can increase the limit through the BPFTRACE_MAX_BPF_PROGS environment variable.",
  ),

  // --- Configuration and declarations ---
  "config-unknown": error(
    (p: { key: string; similar: readonly string[] }) => `${p.key}: not a known configuration option`,
    (p) => meant(p.similar),
  ),
  "config-dead": warning((p: { key: string; why: string }) => `${p.key} is deprecated and has no effect: ${p.why}`),
  "config-renamed": warning(
    (p: { from: string; to: string }) => `${p.from} is now ${p.to}`,
    undefined,
    (p) => [{ find: p.from, replace: p.to }],
  ),
  "config-value": error(
    (p: { key: string; value: string; allowed: string }) => `Invalid value for ${p.key}: ${p.value}`,
    (p) => `allowed: ${p.allowed}`,
  ),
  "map-type-unknown": error(
    (p: { name: string; known: readonly string[] }) => `Invalid bpf map type: ${p.name}`,
    (p) => `Valid map types: ${p.known.join(", ")}`,
  ),
  "map-type-incompatible": error(
    (p: { declared: string; used: string }) =>
      `Incompatible map types. Type from declaration: ${p.declared}. Type from value/key type: ${p.used}`,
  ),
  "map-declared-twice": error((p: { name: string }) => `${p.name} is declared twice`),

  // --- Not supported ---
  "unsupported-function": error((p: { name: string; why: string }) => `${p.name}() is not supported: ${p.why}`),
  "unsupported-import": error(
    (p: { path: string }) => `import "${p.path}" is not supported here`,
    () => "put the definitions into the script",
  ),
  "unsupported-provider": error((p: { name: string; why: string }) => `${p.name} probes are not supported: ${p.why}`),
  "unsupported-source-line": error(
    () => "uprobes at a source line are not supported: they need DWARF",
    () => "name a function, or an address",
  ),
  "unsupported-archive": error(
    (p: { path: string }) => `libraries inside an archive (APK) are not supported: ${p.path}`,
    () => "take the library out of the archive, and name the file",
  ),
  "unsupported-dwarf": error(
    (p: { name: string }) => `args need the debug information of ${p.name}, and no binaries are read here`,
    () => USE_NUMBERS,
  ),
  "unsupported-wildcard": error(
    (p: { provider: string; why: string }) => `a wildcard ${p.provider} probe cannot be used here: ${p.why}`,
  ),
  "unsupported-bpf-target": error(
    (p: { provider: string }) => `${p.provider}:bpf: attaching to BPF programs is not supported`,
  ),
  "unsupported-typeinfo": error(() => "typeinfo is not supported"),
  "unsupported-expression": error((p: { what: string }) => `${p.what} is not supported`),
};

/** What is asked of the host: the functions of a file are imported under its name, here "host". */

/** Ends the run: `reason` is a STOP, `value` the address or number that it is about. */
export declare function fail(reason: i32, value: u64): void;

/**
 * What happens on the generator's usual host: a few servers and shells, and how often they do what scripts trace. Written
 * in the language of workloads (spec/simulation.md); a table, by probe.
 */

export const USUAL_PROCESSES = `
process nginx pid 1021 threads 4 uid 33 weight 6
process postgres pid 1344 threads 3 uid 105 weight 4
process node pid 2211 threads 5 uid 1000 weight 3
process redis-server pid 998 threads 2 uid 106 weight 3
process curl pid 3390 threads 1 uid 1000 weight 2
process sshd pid 871 threads 1 uid 0 weight 1
process systemd-journal pid 412 threads 1 uid 0 weight 1
process bash pid 3301 threads 1 uid 1000 weight 1
`;

const SEND = `choice(
"entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_sendto;__sys_sendto;sock_sendmsg;inet_sendmsg;tcp_sendmsg" 5,
"entry_SYSCALL_64_after_hwframe;do_syscall_64;ksys_write;vfs_write;sock_write_iter;sock_sendmsg;inet_sendmsg;tcp_sendmsg" 4,
"entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_sendmsg;__sys_sendmsg;___sys_sendmsg;____sys_sendmsg;sock_sendmsg;inet_sendmsg;tcp_sendmsg" 2,
"entry_SYSCALL_64_after_hwframe;do_syscall_64;do_writev;vfs_writev;do_iter_readv_writev;sock_write_iter;sock_sendmsg;tcp_sendmsg" 1)`;

const READ = `choice(
"entry_SYSCALL_64_after_hwframe;do_syscall_64;ksys_read;vfs_read" 4,
"entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_pread64;vfs_read" 1)`;

const PATHS = `choice("/etc/passwd" 2, "/proc/self/status" 3, "/usr/lib/x86_64-linux-gnu/libc.so.6" 4, "/etc/ld.so.cache" 4,
"/var/log/nginx/access.log" 5, "/var/lib/postgresql/16/main/base/5/1259" 4, "/proc/loadavg" 1, "/sys/fs/cgroup/cpu.stat" 1)`;

/** Kernel stacks of processors that are busy, for profile probes. */
export const RUNNING_STACKS: readonly (readonly [number, string])[] = [
  [
    30,
    "secondary_startup_64_no_verify;start_secondary;cpu_startup_entry;do_idle;cpuidle_idle_call;default_idle_call;default_idle;pv_native_safe_halt",
  ],
  [
    6,
    "entry_SYSCALL_64_after_hwframe;do_syscall_64;ksys_read;vfs_read;ext4_file_read_iter;generic_file_read_iter;filemap_read;copy_page_to_iter;_copy_to_iter",
  ],
  [
    4,
    "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_sendto;__sys_sendto;inet_sendmsg;tcp_sendmsg;tcp_sendmsg_locked;skb_do_copy_data_nocache;copy_from_iter",
  ],
  [
    4,
    "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_sendto;__sys_sendto;inet_sendmsg;tcp_sendmsg;tcp_push;__tcp_push_pending_frames;tcp_write_xmit;__tcp_transmit_skb;__ip_queue_xmit",
  ],
  [3, "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_epoll_wait;do_epoll_wait;ep_poll;ep_send_events"],
  [
    3,
    "asm_exc_page_fault;exc_page_fault;do_user_addr_fault;handle_mm_fault;__handle_mm_fault;do_anonymous_page;clear_page_erms",
  ],
  [2, "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_futex;do_futex;futex_wake;wake_up_q;try_to_wake_up"],
  [
    2,
    "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_openat;do_sys_openat2;do_filp_open;path_openat;link_path_walk;inode_permission",
  ],
  [
    2,
    "ret_from_fork_asm;ret_from_fork;kthread;worker_thread;process_one_work;wb_workfn;wb_writeback;writeback_sb_inodes;ext4_writepages",
  ],
  [
    1,
    "asm_sysvec_apic_timer_interrupt;sysvec_apic_timer_interrupt;irq_exit_rcu;handle_softirqs;net_rx_action;__napi_poll;napi_complete_done",
  ],
];

/** Why threads leave the processor: stack, how long (median nanoseconds, sigma), weight. */
export const BLOCKED_STACKS: readonly {
  readonly weight: number;
  readonly median: number;
  readonly sigma: number;
  readonly stack: string;
}[] = [
  {
    weight: 5,
    median: 400_000,
    sigma: 1.2,
    stack:
      "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_epoll_wait;do_epoll_wait;ep_poll;schedule_hrtimeout_range_clock;schedule;__schedule",
  },
  {
    weight: 4,
    median: 60_000,
    sigma: 1,
    stack:
      "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_futex;do_futex;futex_wait;__futex_wait;futex_wait_queue;schedule;__schedule",
  },
  {
    weight: 2,
    median: 900_000,
    sigma: 0.9,
    stack:
      "entry_SYSCALL_64_after_hwframe;do_syscall_64;ksys_pread64;vfs_read;ext4_file_read_iter;filemap_read;folio_wait_bit_common;io_schedule;schedule;__schedule",
  },
  {
    weight: 2,
    median: 10_000_000,
    sigma: 0.3,
    stack:
      "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_clock_nanosleep;hrtimer_nanosleep;do_nanosleep;schedule;__schedule",
  },
  {
    weight: 1,
    median: 3_000_000,
    sigma: 1,
    stack: "entry_SYSCALL_64_after_hwframe;do_syscall_64;ksys_read;vfs_read;pipe_read;schedule;__schedule",
  },
];

/** Stacks of those who wake others. */
export const WAKER_STACKS: readonly (readonly [number, string])[] = [
  [
    4,
    "asm_common_interrupt;common_interrupt;irq_exit_rcu;handle_softirqs;net_rx_action;tcp_v4_rcv;tcp_rcv_established;sock_def_readable;__wake_up_sync_key;ep_poll_callback;autoremove_wake_function;try_to_wake_up",
  ],
  [3, "entry_SYSCALL_64_after_hwframe;do_syscall_64;__x64_sys_futex;do_futex;futex_wake;wake_up_q;try_to_wake_up"],
  [
    2,
    "asm_sysvec_apic_timer_interrupt;sysvec_apic_timer_interrupt;hrtimer_interrupt;__hrtimer_run_queues;hrtimer_wakeup;try_to_wake_up",
  ],
  [
    2,
    "asm_common_interrupt;common_interrupt;blk_mq_complete_request;blk_update_request;bio_endio;folio_end_read;wake_page_function;try_to_wake_up",
  ],
];

/** By probe, as an event names it. Where a script traces a function's entry and return, `took` ties them together. */
export const USUAL_EVENTS: Readonly<Record<string, string>> = {
  "kprobe:tcp_sendmsg": `
  rate: 150
  process: nginx, postgres, node, redis-server, curl, sshd
  sk: socket()
  size: choice(lognormal(900, 1.1) 8, uniform(24, 120) 4, lognormal(24000, 0.7) 2)
  retval: choice(size 96, -11 2, -32 1, -104 1)
  took: lognormal(14us, 0.8)
  kstack: ${SEND}`,
  "kprobe:tcp_recvmsg": `
  rate: 150
  process: nginx, postgres, node, redis-server, curl, sshd
  sk: socket()
  len: choice(4096 3, 16384 4, 65536 2)
  retval: choice(lognormal(700, 1.2) 90, 0 3, -11 12)
  took: lognormal(9us, 1)`,
  "kprobe:tcp_connect": `
  rate: 4
  process: curl, node
  sk: socket()
  retval: 0
  took: lognormal(40us, 0.5)`,
  "kprobe:tcp_close": `
  rate: 6
  process: nginx, curl, node
  sk: socket()
  took: lognormal(20us, 0.5)`,
  "kprobe:tcp_retransmit_skb": `
  rate: 2
  sk: socket()
  segs: 1
  retval: 0`,
  "kprobe:vfs_read": `
  rate: 400
  file: file()
  count: choice(4096 4, 8192 2, 65536 2, 1024 2)
  retval: choice(lognormal(2000, 1) 90, 0 5, -11 5)
  took: choice(lognormal(2us, 0.6) 9, lognormal(400us, 0.8) 1)
  kstack: ${READ}`,
  "kprobe:vfs_write": `
  rate: 250
  file: file()
  count: lognormal(500, 1.4)
  retval: count
  took: choice(lognormal(4us, 0.7) 9, lognormal(150us, 0.7) 1)`,
  "kprobe:vfs_open": `
  rate: 60
  retval: choice(0 95, -13 2, -2 3)
  took: lognormal(3us, 0.6)`,
  "kprobe:vfs_fsync_range": `
  rate: 8
  process: postgres
  file: file()
  retval: 0
  took: lognormal(3ms, 0.7)`,
  "kprobe:do_sys_openat2": `
  rate: 60
  dfd: -100
  filename: ${PATHS}
  retval: choice(uniform(3, 40) 92, -2 7, -13 1)
  took: lognormal(6us, 0.7)`,
  "kprobe:do_nanosleep": `
  rate: 20
  retval: 0
  took: lognormal(10ms, 0.2)`,
  "kprobe:blk_mq_start_request": `
  rate: 40
  took: lognormal(2us, 0.4)`,
  "kprobe:submit_bio": `
  rate: 40
  took: lognormal(5us, 0.5)`,
  "kprobe:do_exit": `
  rate: 3
  process: bash, curl
  code: choice(0 9, 256 1)`,
  "kprobe:handle_mm_fault": `
  rate: 200
  took: lognormal(1us, 0.8)`,
  "tracepoint:timer:hrtimer_start": `
  rate: 300
  function: choice("tick_nohz_handler" 8, "hrtimer_wakeup" 5, "watchdog_timer_fn" 1, "posix_timer_fn" 1, "it_real_fn" 1, "perf_swevent_hrtimer" 1)
  expires: uniform(3600000000000, 3700000000000)
  softexpires: expires
  mode: choice("HRTIMER_MODE_ABS_PINNED_HARD" 6, "HRTIMER_MODE_REL" 4)
  was_armed: choice(0 7, 1 3)`,
  "tracepoint:timer:timer_start": `
  rate: 60
  function: choice("delayed_work_timer_fn" 4, "tcp_keepalive_timer" 2, "tcp_delack_timer" 3, "process_timeout" 2)`,
  "tracepoint:syscalls:sys_enter_openat": `
  rate: 60
  dfd: -100
  filename: ${PATHS}
  flags: choice(0 6, 0x80000 8, 0x241 1)
  retval: choice(uniform(3, 40) 92, -2 7, -13 1)
  took: lognormal(6us, 0.7)`,
  "tracepoint:syscalls:sys_enter_execve": `
  rate: 3
  process: bash
  filename: choice("/usr/bin/ls" 3, "/usr/bin/grep" 3, "/usr/bin/sleep" 2, "/usr/bin/curl" 2, "/usr/bin/git" 1)
  argv: choice(["ls", "-l"] 3, ["grep", "-r", "main", "."] 3, ["sleep", "1"] 2, ["curl", "-s", "http://localhost/"] 2, ["git", "status"] 1)
  retval: choice(0 19, -2 1)
  took: lognormal(300us, 0.4)`,
  "tracepoint:syscalls:sys_enter_read": `
  rate: 400
  fd: uniform(0, 40)
  count: choice(4096 4, 8192 2, 65536 2, 1024 2)
  retval: choice(lognormal(2000, 1) 90, 0 5, -11 5)
  took: choice(lognormal(2us, 0.6) 9, lognormal(400us, 0.8) 1)`,
  "tracepoint:syscalls:sys_enter_write": `
  rate: 250
  fd: uniform(1, 40)
  count: lognormal(500, 1.4)
  retval: count
  took: lognormal(5us, 0.8)`,
  "tracepoint:syscalls:sys_enter_nanosleep": `
  rate: 20
  retval: 0
  took: lognormal(10ms, 0.2)`,
  "tracepoint:syscalls:sys_enter_kill": `
  rate: 2
  process: bash, systemd-journal
  pid: choice(998, 1021, 3390)
  sig: choice(15 3, 9 1, 0 2)
  retval: 0
  took: lognormal(4us, 0.4)`,
  "tracepoint:raw_syscalls:sys_enter": `
  rate: 900
  id: choice(0 20, 1 14, 44 6, 45 6, 232 12, 202 10, 3 5, 257 5, 9 3, 35 2, 228 4, 262 3)
  retval: choice(uniform(0, 4096) 92, -11 5, -2 3)
  took: lognormal(4us, 1.2)`,
  "tracepoint:block:block_rq_issue": `
  rate: 40
  dev: 0x800000
  sector: uniform(2048, 40000000)
  nr_sector: choice(8 6, 16 2, 64 1, 256 1)
  bytes: choice(4096 6, 8192 2, 32768 1, 131072 1)
  rwbs: choice("R" 5, "W" 3, "WS" 2, "RA" 2)
  comm: choice("postgres" 4, "kworker/2:1" 2, "nginx" 1)`,
  "tracepoint:sched:sched_process_exec": `
  rate: 3
  process: bash
  filename: choice("/usr/bin/ls" 3, "/usr/bin/grep" 3, "/usr/bin/sleep" 2, "/usr/bin/curl" 2, "/usr/bin/git" 1)
  pid: pid
  old_pid: pid`,
  "tracepoint:signal:signal_generate": `
  rate: 3
  sig: choice(17 5, 15 2, 9 1, 28 1)
  comm: choice("bash" 3, "nginx" 1, "curl" 1)
  pid: choice(3301 3, 1021 1, 3390 1)`,
  "uprobe:malloc": `
  rate: 300
  arg0: choice(lognormal(64, 1.2) 19, lognormal(20000, 1) 1)
  retval: uniform(93824992231424, 93824994231424)
  took: lognormal(120ns, 0.6)`,
  "uprobe:readline": `
  rate: 1
  process: bash
  retval: choice("ls -l" 4, "git status" 3, "cd /var/log" 2, "grep -r main ." 2, "exit" 1)
  took: exponential(2s)`,
};

/** Kernel functions for pointers to functions that no row names. */
export const FUNCTION_NAMES: readonly string[] = [
  "process_timeout",
  "delayed_work_timer_fn",
  "tcp_delack_timer",
  "hrtimer_wakeup",
];

/** Files for `file()`. */
export const FILE_NAMES: readonly string[] = [
  "access.log",
  "1259",
  "libc.so.6",
  "passwd",
  "index.html",
  "pg_wal",
  "dump.rdb",
  "package.json",
];

/**
 * Numbers that the kernel and the C library give names to: error numbers, signals, system calls. Tables are texts that
 * are split when first asked for. Numbers: include/uapi/asm-generic/errno*.h and signal.h, the architectures' unistd.h.
 */

const ERRORS =
  "Success|Operation not permitted|No such file or directory|No such process|Interrupted system call|" +
  "Input/output error|No such device or address|Argument list too long|Exec format error|" +
  "Bad file descriptor|No child processes|Resource temporarily unavailable|Cannot allocate memory|" +
  "Permission denied|Bad address|Block device required|Device or resource busy|File exists|" +
  "Invalid cross-device link|No such device|Not a directory|Is a directory|Invalid argument|" +
  "Too many open files in system|Too many open files|Inappropriate ioctl for device|Text file busy|" +
  "File too large|No space left on device|Illegal seek|Read-only file system|Too many links|Broken pipe|" +
  "Numerical argument out of domain|Numerical result out of range|Resource deadlock avoided|" +
  "File name too long|No locks available|Function not implemented|Directory not empty|" +
  "Too many levels of symbolic links||No message of desired type|Identifier removed|" +
  "Channel number out of range|Level 2 not synchronized|Level 3 halted|Level 3 reset|" +
  "Link number out of range|Protocol driver not attached|No CSI structure available|Level 2 halted|" +
  "Invalid exchange|Invalid request descriptor|Exchange full|No anode|Invalid request code|Invalid slot||" +
  "Bad font file format|Device not a stream|No data available|Timer expired|Out of streams resources|" +
  "Machine is not on the network|Package not installed|Object is remote|Link has been severed|" +
  "Advertise error|Srmount error|Communication error on send|Protocol error|Multihop attempted|" +
  "RFS specific error|Bad message|Value too large for defined data type|Name not unique on network|" +
  "File descriptor in bad state|Remote address changed|Can not access a needed shared library|" +
  "Accessing a corrupted shared library|.lib section in a.out corrupted|" +
  "Attempting to link in too many shared libraries|Cannot exec a shared library directly|" +
  "Invalid or incomplete multibyte or wide character|Interrupted system call should be restarted|" +
  "Streams pipe error|Too many users|Socket operation on non-socket|Destination address required|" +
  "Message too long|Protocol wrong type for socket|Protocol not available|Protocol not supported|" +
  "Socket type not supported|Operation not supported|Protocol family not supported|" +
  "Address family not supported by protocol|Address already in use|Cannot assign requested address|" +
  "Network is down|Network is unreachable|Network dropped connection on reset|" +
  "Software caused connection abort|Connection reset by peer|No buffer space available|" +
  "Transport endpoint is already connected|Transport endpoint is not connected|" +
  "Cannot send after transport endpoint shutdown|Too many references: cannot splice|Connection timed out|" +
  "Connection refused|Host is down|No route to host|Operation already in progress|Operation now in progress|" +
  "Stale file handle|Structure needs cleaning|Not a XENIX named type file|No XENIX semaphores available|" +
  "Is a named type file|Remote I/O error|Disk quota exceeded|No medium found|Wrong medium type|" +
  "Operation canceled|Required key not available|Key has expired|Key has been revoked|" +
  "Key was rejected by service|Owner died|State not recoverable|Operation not possible due to RF-kill|" +
  "Memory page has hardware error";

const SIGNALS =
  " HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP TSTP TTIN " +
  "TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS";

const SYSCALLS_X86_64 =
  "read write open close stat fstat lstat poll lseek mmap mprotect munmap brk rt_sigaction rt_sigprocmask " +
  "rt_sigreturn ioctl pread64 pwrite64 readv writev access pipe select sched_yield mremap msync mincore " +
  "madvise shmget shmat shmctl dup dup2 pause nanosleep getitimer alarm setitimer getpid sendfile socket " +
  "connect accept sendto recvfrom sendmsg recvmsg shutdown bind listen getsockname getpeername socketpair " +
  "setsockopt getsockopt clone fork vfork execve exit wait4 kill uname semget semop semctl shmdt msgget " +
  "msgsnd msgrcv msgctl fcntl flock fsync fdatasync truncate ftruncate getdents getcwd chdir fchdir rename " +
  "mkdir rmdir creat link unlink symlink readlink chmod fchmod chown fchown lchown umask gettimeofday " +
  "getrlimit getrusage sysinfo times ptrace getuid syslog getgid setuid setgid geteuid getegid setpgid " +
  "getppid getpgrp setsid setreuid setregid getgroups setgroups setresuid getresuid setresgid getresgid " +
  "getpgid setfsuid setfsgid getsid capget capset rt_sigpending rt_sigtimedwait rt_sigqueueinfo " +
  "rt_sigsuspend sigaltstack utime mknod uselib personality ustat statfs fstatfs sysfs getpriority " +
  "setpriority sched_setparam sched_getparam sched_setscheduler sched_getscheduler sched_get_priority_max " +
  "sched_get_priority_min sched_rr_get_interval mlock munlock mlockall munlockall vhangup modify_ldt " +
  "pivot_root _sysctl prctl arch_prctl adjtimex setrlimit chroot sync acct settimeofday mount umount2 " +
  "swapon swapoff reboot sethostname setdomainname iopl ioperm create_module init_module delete_module " +
  "get_kernel_syms query_module quotactl nfsservctl getpmsg putpmsg afs_syscall tuxcall security gettid " +
  "readahead setxattr lsetxattr fsetxattr getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr " +
  "removexattr lremovexattr fremovexattr tkill time futex sched_setaffinity sched_getaffinity " +
  "set_thread_area io_setup io_destroy io_getevents io_submit io_cancel get_thread_area lookup_dcookie " +
  "epoll_create epoll_ctl_old epoll_wait_old remap_file_pages getdents64 set_tid_address restart_syscall " +
  "semtimedop fadvise64 timer_create timer_settime timer_gettime timer_getoverrun timer_delete " +
  "clock_settime clock_gettime clock_getres clock_nanosleep exit_group epoll_wait epoll_ctl tgkill utimes " +
  "vserver mbind set_mempolicy get_mempolicy mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify " +
  "mq_getsetattr kexec_load waitid add_key request_key keyctl ioprio_set ioprio_get inotify_init " +
  "inotify_add_watch inotify_rm_watch migrate_pages openat mkdirat mknodat fchownat futimesat newfstatat " +
  "unlinkat renameat linkat symlinkat readlinkat fchmodat faccessat pselect6 ppoll unshare set_robust_list " +
  "get_robust_list splice tee sync_file_range vmsplice move_pages utimensat epoll_pwait signalfd " +
  "timerfd_create eventfd fallocate timerfd_settime timerfd_gettime accept4 signalfd4 eventfd2 " +
  "epoll_create1 dup3 pipe2 inotify_init1 preadv pwritev rt_tgsigqueueinfo perf_event_open recvmmsg " +
  "fanotify_init fanotify_mark prlimit64 name_to_handle_at open_by_handle_at clock_adjtime syncfs sendmmsg " +
  "setns getcpu process_vm_readv process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 " +
  "seccomp getrandom memfd_create kexec_file_load bpf execveat userfaultfd membarrier mlock2 " +
  "copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc pkey_free statx io_pgetevents rseq             " +
  "                                                                             pidfd_send_signal " +
  "io_uring_setup io_uring_enter io_uring_register open_tree move_mount fsopen fsconfig fsmount fspick " +
  "pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 process_madvise epoll_pwait2 mount_setattr " +
  "quotactl_fd landlock_create_ruleset landlock_add_rule landlock_restrict_self memfd_secret " +
  "process_mrelease futex_waitv set_mempolicy_home_node";

const SYSCALLS_AARCH64 =
  "io_setup io_destroy io_submit io_cancel io_getevents setxattr lsetxattr fsetxattr getxattr lgetxattr " +
  "fgetxattr listxattr llistxattr flistxattr removexattr lremovexattr fremovexattr getcwd lookup_dcookie " +
  "eventfd2 epoll_create1 epoll_ctl epoll_pwait dup dup3 fcntl inotify_init1 inotify_add_watch " +
  "inotify_rm_watch ioctl ioprio_set ioprio_get flock mknodat mkdirat unlinkat symlinkat linkat renameat " +
  "umount2 mount pivot_root nfsservctl statfs fstatfs truncate ftruncate fallocate faccessat chdir fchdir " +
  "chroot fchmod fchmodat fchownat fchown openat close vhangup pipe2 quotactl getdents64 lseek read write " +
  "readv writev pread64 pwrite64 preadv pwritev sendfile pselect6 ppoll signalfd4 vmsplice splice tee " +
  "readlinkat newfstatat fstat sync fsync fdatasync sync_file_range timerfd_create timerfd_settime " +
  "timerfd_gettime utimensat acct capget capset personality exit exit_group waitid set_tid_address unshare " +
  "futex set_robust_list get_robust_list nanosleep getitimer setitimer kexec_load init_module delete_module " +
  "timer_create timer_gettime timer_getoverrun timer_settime timer_delete clock_settime clock_gettime " +
  "clock_getres clock_nanosleep syslog ptrace sched_setparam sched_setscheduler sched_getscheduler " +
  "sched_getparam sched_setaffinity sched_getaffinity sched_yield sched_get_priority_max " +
  "sched_get_priority_min sched_rr_get_interval restart_syscall kill tkill tgkill sigaltstack rt_sigsuspend " +
  "rt_sigaction rt_sigprocmask rt_sigpending rt_sigtimedwait rt_sigqueueinfo rt_sigreturn setpriority " +
  "getpriority reboot setregid setgid setreuid setuid setresuid getresuid setresgid getresgid setfsuid " +
  "setfsgid times setpgid getpgid getsid setsid getgroups setgroups uname sethostname setdomainname " +
  "getrlimit setrlimit getrusage umask prctl getcpu gettimeofday settimeofday adjtimex getpid getppid " +
  "getuid geteuid getgid getegid gettid sysinfo mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify " +
  "mq_getsetattr msgget msgctl msgrcv msgsnd semget semctl semtimedop semop shmget shmctl shmat shmdt " +
  "socket socketpair bind listen accept connect getsockname getpeername sendto recvfrom setsockopt " +
  "getsockopt shutdown sendmsg recvmsg readahead brk munmap mremap add_key request_key keyctl clone execve " +
  "mmap fadvise64 swapon swapoff mprotect msync mlock munlock mlockall munlockall mincore madvise " +
  "remap_file_pages mbind get_mempolicy set_mempolicy migrate_pages move_pages rt_tgsigqueueinfo " +
  "perf_event_open accept4 recvmmsg                 wait4 prlimit64 fanotify_init fanotify_mark " +
  "name_to_handle_at open_by_handle_at clock_adjtime syncfs setns sendmmsg process_vm_readv " +
  "process_vm_writev kcmp finit_module sched_setattr sched_getattr renameat2 seccomp getrandom memfd_create " +
  "bpf execveat userfaultfd membarrier mlock2 copy_file_range preadv2 pwritev2 pkey_mprotect pkey_alloc " +
  "pkey_free statx io_pgetevents rseq kexec_file_load                                                       " +
  "                                                      clock_gettime64 clock_settime64 clock_adjtime64 " +
  "clock_getres_time64 clock_nanosleep_time64 timer_gettime64 timer_settime64 timerfd_gettime64 " +
  "timerfd_settime64 utimensat_time64 pselect6_time64 ppoll_time64  io_pgetevents_time64 recvmmsg_time64 " +
  "mq_timedsend_time64 mq_timedreceive_time64 semtimedop_time64 rt_sigtimedwait_time64 futex_time64 " +
  "sched_rr_get_interval_time64 pidfd_send_signal io_uring_setup io_uring_enter io_uring_register open_tree " +
  "move_mount fsopen fsconfig fsmount fspick pidfd_open clone3 close_range openat2 pidfd_getfd faccessat2 " +
  "process_madvise epoll_pwait2 mount_setattr quotactl_fd landlock_create_ruleset landlock_add_rule " +
  "landlock_restrict_self memfd_secret process_mrelease futex_waitv set_mempolicy_home_node";

export type TextTable = "strerror" | "signal_name" | "syscall_name";

/** Names by number; "" where a number has none. */
export function textTable(table: TextTable, arch: "x86_64" | "aarch64"): readonly string[] {
  if (table === "strerror") return ERRORS.split("|");
  if (table === "signal_name") return SIGNALS.split(" ").map((name) => (name === "" ? "" : `SIG${name}`));
  return (arch === "x86_64" ? SYSCALLS_X86_64 : SYSCALLS_AARCH64).split(" ");
}

/** Capacity of the strings of a table: a power of two above its longest text. */
export const TEXT_SIZE: Readonly<Record<TextTable, number>> = { strerror: 64, signal_name: 16, syscall_name: 32 };

/** Number of a signal by name, with or without SIG; undefined if there is none. */
export function signalNumber(name: string): number | undefined {
  const index = SIGNALS.split(" ").indexOf(name.toUpperCase().replace(/^SIG/, ""));
  return index > 0 ? index : undefined;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* An object on its way into the kernel: read and validated, configured for this host and run, loaded. */
#ifndef TRACELET_OBJECT_H
#define TRACELET_OBJECT_H

#include <bpf/libbpf.h>

#include "manifest.h"
#include "options.h"
#include "validate.h"

struct object {
	struct bytes file;
	struct image img;
	struct manifest *m;
	struct bpf_object *bpf;
	/* By number in the manifest. */
	struct bpf_program **programs;
	int *map_fds;
	/* Per map: zero() was called since something was in it; a zeroed histogram without keys is shown, an unused one is not. */
	bool *zeroed;
	/* NULL without a buffer */
	struct bpf_map *buffer;
	/* names of attach points by cookie; NULL: no program asks for them */
	struct bpf_map *names;
	/* .bss as the kernel sees it: counters of sites, ledgers, global maps. NULL before loading, or without .bss. */
	u8 *bss;
	size_t bss_len;
	int possible_cpus;
};

/* What is only known on this host, for .rodata. */
struct plan;

struct host_facts {
	/* NULL: nothing will be attached */
	const struct plan *plan;
	int child_pid;
	u32 filter_pid;
};

/* Each returns an exit status; 0: go on. Messages have been printed. */
int object__read(struct object *o, const char *path);
int object__open(struct object *o);
/* Writes parameters, host values and symbol addresses into .rodata. */
int object__fill(struct object *o, const struct options *opt, const struct host_facts *facts);
/* quiet: that the kernel refuses it is not reported */
int object__load(struct object *o, bool quiet);
void object__close(struct object *o);

/* Offset of a program in its section, in instructions; and its length. */
u32 object__program_start(const struct object *o, u32 program, u32 *len);
/* Compares tracepoint fields with this host's formats and moves the loads where they differ. tracepoint.c */
/* must: without tracefs it is an error; else a warning, and the fields stay where the compiler saw them. */
int tracepoint__relocate_fields(struct object *o, bool must);

/* verdict.c: why libbpf or the verifier refused; program -1: find out from libbpf's messages. Returns an exit status. */
int verdict__explain(const struct object *o, int program, int err, bool show_log);
/* Starts gathering libbpf's messages and the verifier's log anew. */
void verdict__reset(void);
char *verdict__log_buffer(size_t *size);

#endif

// SPDX-License-Identifier: Apache-2.0
/* The real verifier's verdict on every program. Nothing is attached. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <bpf/bpf.h>

#include "plan.h"
#include "report.h"
#include "run.h"

static void accept(const struct object *o, u32 i)
{
	struct bpf_prog_info info = {};
	u32 size = sizeof(info), len;

	object__program_start(o, i, &len);
	if (bpf_program__fd(o->programs[i]) >= 0)
		bpf_obj_get_info_by_fd(bpf_program__fd(o->programs[i]), &info, &size);
	printf("accepted  %s  (%u instructions, %u verified, %u bytes native)\n", o->m->programs[i].probe, len, info.verified_insns, info.jited_prog_len);
}

static int fill(struct object *o)
{
	/* parameters keep their defaults: the verdict must not depend on a run's */
	static const struct options none;
	static const struct host_facts facts;

	return object__fill(o, &none, &facts);
}

/* One program alone, because libbpf stops at the first that is refused. */
static int check_one(struct object *o, u32 which, bool show_log)
{
	int err = object__open(o);

	if (!err)
		err = fill(o);
	if (err)
		return err;
	for (u32 i = 0; i < o->m->programs_len; i++)
		bpf_program__set_autoload(o->programs[i], i == which);
	err = bpf_object__load(o->bpf);
	if (!err) {
		accept(o, which);
	} else {
		fflush(stdout);
		err = verdict__explain(o, which, err, show_log);
		printf("refused   %s\n", o->m->programs[which].probe);
	}
	object__close(o);
	return err;
}

int check__object(const struct options *opt)
{
	struct object o;
	int err, worst = EXIT_DONE;

	if ((err = object__read(&o, opt->object)) || (err = tracepoint__relocate_fields(&o, false)) || (err = object__open(&o)) || (err = fill(&o)))
		return err;
	libbpf_set_memlock_rlim(0);
	if (!bpf_object__load(o.bpf)) {
		for (u32 i = 0; i < o.m->programs_len; i++)
			accept(&o, i);
		return EXIT_DONE;
	}
	object__close(&o);
	for (u32 i = 0; i < o.m->programs_len; i++) {
		err = check_one(&o, i, opt->verbose);
		/* a refusal is the object's fault and outweighs what this host cannot do */
		if (err && worst != EXIT_REFUSED)
			worst = err;
		if (err == EXIT_HOST && i == 0 && o.m->programs_len > 1 && bpf_map_create(BPF_MAP_TYPE_ARRAY, NULL, 4, 4, 1, NULL) < 0)
			return err;
	}
	return worst;
}

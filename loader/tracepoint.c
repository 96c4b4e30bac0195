// SPDX-License-Identifier: Apache-2.0
/* Tracepoint contexts have no BTF to relocate by: their fields are compared with the target's format files. */
#include <errno.h>
#include <string.h>
#include <linux/bpf.h>

#include "object.h"
#include "report.h"
#include "tracefs.h"

struct visit {
	const struct tracepoint_field *field;
	struct tracefs_field found;
	/* of an event without the field, or where it differs */
	char *event;
	int err;
	bool seen;
};

static bool compare(void *ctx, const char *category, const char *event)
{
	struct visit *v = ctx;
	struct tracefs_field found;

	v->err = tracefs__field(category, event, v->field->field, &found);
	if (!v->err && v->seen && (found.offset != v->found.offset || found.size != v->found.size))
		v->err = -EXDEV;
	if (v->err)
		v->event = mem__format("%s:%s", category, event);
	else
		v->found = found;
	v->seen = true;
	return !v->err;
}

static int report_field(const struct visit *v, const struct tracepoint_field *f)
{
	switch (v->err) {
	case -ENODATA:
		report__at(SEVERITY_ERROR, &f->place, NULL, "on this kernel, tracepoint %s has no field '%s'", v->event, f->field);
		return EXIT_REFUSED;
	case -EXDEV:
		report__at(SEVERITY_ERROR, &f->place, "name the events one by one", "field '%s' stands elsewhere in %s than in other events that the pattern matches",
			   f->field, v->event);
		return EXIT_REFUSED;
	default:
		report__at(SEVERITY_ERROR, &f->place, "tracefs must be mounted at /sys/kernel/tracing and readable",
			   "cannot read the format of tracepoint %s:%s: %s", f->category, f->event, strerror(-v->err));
		return EXIT_HOST;
	}
}

static int patch(struct object *o, const struct tracepoint_field *f, const struct tracefs_field *found)
{
	const Elf64_Shdr *sh = &o->img.sections[image__find_section(&o->img, f->section)];
	struct bpf_insn *insn = (struct bpf_insn *)(o->img.data + sh->sh_offset) + f->insn;
	bool loads = BPF_CLASS(insn->code) == BPF_LDX, adds = insn->code == (BPF_ALU64 | BPF_ADD | BPF_K);

	if (found->size != f->size) {
		report__at(SEVERITY_ERROR, &f->place, "compile it against a snapshot of this kernel",
			   "field '%s' of tracepoint %s:%s has %u bytes on this kernel, the object expects %u", f->field, f->category, f->event, found->size,
			   f->size);
		return EXIT_REFUSED;
	}
	if ((!loads && !adds) || found->offset > INT16_MAX) {
		report__at(SEVERITY_ERROR, &f->place, NULL, "field '%s' of tracepoint %s:%s cannot be moved from %u to %u", f->field, f->category, f->event,
			   f->offset, found->offset);
		return EXIT_REFUSED;
	}
	/* the load may reach into the field: keep its distance from the field's start */
	if (loads)
		insn->off += (int)found->offset - (int)f->offset;
	else
		insn->imm += (int)found->offset - (int)f->offset;
	return 0;
}

int tracepoint__relocate_fields(struct object *o, bool must)
{
	for (u32 i = 0; i < o->m->tracepoint_fields_len; i++) {
		const struct tracepoint_field *f = &o->m->tracepoint_fields[i];
		struct visit v = { .field = f };
		int err = 0;

		if (glob__is_pattern(f->category) || glob__is_pattern(f->event)) {
			int count = tracefs__events(f->category, f->event, compare, &v);

			if (!v.err && count < 0)
				v.err = count;
		} else {
			compare(&v, f->category, f->event);
		}
		/* an event that is missing altogether is the attach list's matter (missing_probes) */
		if (v.err == -ENOENT || (!v.err && !v.seen))
			continue;
		if (v.err == -ENODEV && !must) {
			report__at(SEVERITY_WARNING, &f->place, "mount tracefs at /sys/kernel/tracing to have them compared",
				   "the fields of tracepoints are taken to be where the compiler saw them");
			return 0;
		}
		if (v.err)
			err = report_field(&v, f);
		else if (v.found.offset != f->offset || v.found.size != f->size)
			err = patch(o, f, &v.found);
		if (err)
			return err;
	}
	return 0;
}

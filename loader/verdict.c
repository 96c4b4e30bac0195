// SPDX-License-Identifier: Apache-2.0
/* Why libbpf or the verifier refused an object, in the words of the script. */
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "line-info.h"
#include "object.h"
#include "report.h"

enum { LOG_SIZE = 16 << 20, BAD_RELOCATION = 0xbad2310 };

static struct {
	/* libbpf's own warnings */
	struct bytes messages;
	/* the verifier's; only touched by a refusal */
	char *log;
} gathered;

static int gather(enum libbpf_print_level level, const char *format, va_list ap)
{
	char line[1024];

	if (level == LIBBPF_WARN && gathered.messages.len < 1 << 16) {
		int n = vsnprintf(line, sizeof(line), format, ap);

		bytes__put(&gathered.messages, line, n < (int)sizeof(line) ? (size_t)n : sizeof(line) - 1);
	}
	return 0;
}

void verdict__reset(void)
{
	libbpf_set_print(gather);
	if (!gathered.log)
		gathered.log = mem__zalloc(LOG_SIZE);
	gathered.log[0] = 0;
	gathered.messages.len = 0;
}

char *verdict__log_buffer(size_t *size)
{
	*size = LOG_SIZE;
	return gathered.log;
}

static const char *messages(void)
{
	bytes__put(&gathered.messages, "", 1);
	gathered.messages.len--;
	return (char *)gathered.messages.data;
}

/* The program of libbpf's last `prog 'NAME': BPF program load failed`, or -1. */
static int failed_program(const struct object *o)
{
	const char *at = messages();

	while ((at = strstr(at, "prog '"))) {
		const char *name = at + 6, *end = strchr(name, '\'');

		at = name;
		if (!end || strncmp(end, "': BPF program load failed", 26))
			continue;
		for (u32 i = 0; i < o->m->programs_len; i++)
			if (strlen(o->m->programs[i].name) == (size_t)(end - name) && !strncmp(name, o->m->programs[i].name, end - name))
				return i;
	}
	return -1;
}

/* `map 'NAME': failed to create: …`: names the map as the script does. */
static bool report_map(const struct object *o, int err)
{
	const char *at = strstr(messages(), "map '"), *end;
	const char *name, *shown;

	if (!at || !(end = strchr(at + 5, '\'')) || !strstr(end, "failed to create"))
		return false;
	name = shown = mem__strndup(at + 5, end - at - 5);
	for (u32 i = 0; i < o->m->maps_len; i++) {
		if (!o->m->maps[i].symbol || strcmp(o->m->maps[i].symbol, name))
			continue;
		report__error("cannot create map %s of %u entries with keys of %u and values of %u bytes: %s", o->m->maps[i].name, o->m->maps[i].max_entries,
			      o->m->maps[i].key_size, o->m->maps[i].value_size, strerror(-err));
		return true;
	}
	report__error("cannot create map %s: %s", shown, strerror(-err));
	return true;
}

/* Number of the last instruction that the log speaks of: lines begin "12: (85) call …". -1: none. */
static int last_insn(const char *log)
{
	int last = -1;

	for (const char *line = log; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		char *end;
		long n = strtol(line, &end, 10);

		if (end != line && end[0] == ':' && end[1] == ' ' && (end[2] == '(' || end[2] == '<'))
			last = n;
	}
	return last;
}

/* An instruction, a state, a comment or a statistic. */
static bool is_noise(const char *line, size_t len)
{
	static const char *const begins[] = { ";", "processed ", "from ", "verification time", "stack depth", "max_states", "mark_precise", "-- ", "last_idx",
					      "regs=", "cur state:", "old state:", "caller:", "callee:", "func#", "Func#", "parent " };
	bool noise = !len || (*line >= '0' && *line <= '9');

	for (u32 i = 0; i < ARRAY_LEN(begins); i++)
		noise |= !strncmp(line, begins[i], strlen(begins[i]));
	return noise;
}

/*
 * The verifier's own words: the last line that is no noise. Since 7.3 a report with advice follows them; where nothing
 * stands before it, its reason is meant.
 */
static char *last_words(const char *log)
{
	const char *best = NULL;
	size_t best_len = 0;
	bool is_report = false;

	for (const char *line = log; line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t len = strcspn(line, "\n");

		is_report |= !strncmp(line, "Verification failed", 19);
		if (is_report && best)
			break;
		if (is_report && strncmp(line, "Reason:\n  ", 10))
			continue;
		if (is_report)
			return mem__strndup(line + 10, strcspn(line + 10, "\n"));
		if (!is_noise(line, len)) {
			best = line;
			best_len = len;
		}
	}
	return best ? mem__strndup(best, best_len) : NULL;
}

/* The instruction that libbpf poisoned because its field is not in this kernel's BTF. */
static bool report_field(const struct object *o, u32 program, int insn)
{
	u32 len, start = object__program_start(o, program, &len);
	const char *section = o->m->programs[program].section;
	struct utsname host = {};

	uname(&host);
	for (u32 i = 0; i < o->m->field_uses_len; i++) {
		const struct field_use *f = &o->m->field_uses[i];

		if (strcmp(f->section, section) || f->insn != start + insn)
			continue;
		report__at(SEVERITY_ERROR, &f->place, NULL, "%s has no '%s' on this kernel (%s)", f->type, f->path, host.release);
		return true;
	}
	return false;
}

static bool is_poisoned(const char *log)
{
	char number[24];

	snprintf(number, sizeof(number), "unknown#%d", BAD_RELOCATION);
	return strstr(log, "CO-RE relocation") || strstr(log, "unknown#1958960") || strstr(log, number);
}

/* The helper that this kernel does not know, or not for the program's type: by its words, or by the number where it has no name for it. */
static char *lacked_helper(const char *log)
{
#define HELPER_NAME(name) [BPF_FUNC_##name] = "bpf_" #name
	static const char *const names[] = { __BPF_FUNC_MAPPER(HELPER_NAME) };
#undef HELPER_NAME
	static const char named[] = "unknown func ", numbered[] = "invalid func unknown#";
	const char *at = strstr(log, named);
	unsigned long number;

	if (at && !strncmp(at + sizeof(named) - 1, "bpf_", 4))
		return mem__strndup(at + sizeof(named) - 1, strcspn(at + sizeof(named) - 1, "#\n"));
	at = strstr(log, numbered);
	number = at ? strtoul(at + sizeof(numbered) - 1, NULL, 10) : 0;
	return number && number < ARRAY_LEN(names) && names[number] ? mem__strdup(names[number]) : NULL;
}

static int report_program(const struct object *o, u32 program, int err, bool show_log)
{
	const struct program_entry *p = &o->m->programs[program];
	const char *log = gathered.log;
	int insn = last_insn(log), status = EXIT_REFUSED;
	struct place place = p->place;
	char *words = last_words(log), *helper = lacked_helper(log);

	if (is_poisoned(log) && report_field(o, program, insn))
		goto out;
	if (insn >= 0)
		line_info__place(o, program, insn, &place);
	if (helper) {
		report__at(SEVERITY_ERROR, &place, "a newer kernel has it", "%s: this kernel lacks the helper %s", p->probe, helper);
		status = EXIT_HOST;
	} else if (!*log) {
		report__at(SEVERITY_ERROR, &p->place, NULL, "Error loading BPF program for %s. %s", p->probe, strerror(-err));
		status = err == -EINVAL || err == -EACCES ? EXIT_REFUSED : EXIT_HOST;
	} else {
		report__at(SEVERITY_ERROR, &place, NULL, "Error loading BPF program for %s. %sThe verifier says: %s", p->probe,
			   show_log ? "" : "Use -v for full kernel error log. ", words ? words : strerror(-err));
	}
out:
	if (show_log && *log)
		fputs(log, stderr);
	free(words);
	free(helper);
	return status;
}

static const char *first_message(void)
{
	const char *text = messages();
	size_t len = strcspn(text, "\n");

	if (!strncmp(text, "libbpf: ", 8)) {
		text += 8;
		len -= 8;
	}
	return len ? mem__strndup(text, len) : "libbpf gives no reason";
}

int verdict__explain(const struct object *o, int program, int err, bool show_log)
{
	if (program < 0)
		program = failed_program(o);
	if (err == -EPERM && !*gathered.log)
		return report__privilege(program >= 0 ? "load the programs" : "create the maps and load the programs", EPERM);
	if (program >= 0)
		return report_program(o, program, err, show_log);
	if (report_map(o, err))
		return err == -ENOMEM || err == -EINVAL ? EXIT_HOST : EXIT_REFUSED;
	if (strstr(messages(), "vmlinux BTF") || strstr(messages(), "kernel BTF")) {
		report__error("this kernel gives no BTF (/sys/kernel/btf/vmlinux), which the object needs: %s", first_message());
		report__hint("a kernel built with CONFIG_DEBUG_INFO_BTF=y");
		return EXIT_HOST;
	}
	report__error("the object is refused: %s (%s)", first_message(), strerror(-err));
	return EXIT_REFUSED;
}

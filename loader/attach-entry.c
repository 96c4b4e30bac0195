// SPDX-License-Identifier: Apache-2.0
#include "attach-entry.h"

#include <stdlib.h>

#define X(name, text) text,
static const char *const attach_kinds[] = { ABI_ATTACH_KINDS(X) };
#undef X

static u64 read_hex(struct schema *s, const char *text, const char *where, const char *key)
{
	char *end;
	u64 value = strtoull(text, &end, 16);

	if (!*text || *end)
		schema__fail(s, where, key, "must be a hexadecimal number");
	return value;
}

void attach_entry__read(struct schema *s, const struct mp_node *node, const char *where, struct attach_entry *a)
{
	const char *address;

	a->kind = schema__choice(s, node, where, "kind", attach_kinds, ATTACH_KINDS);
	a->kind_name = attach_kinds[a->kind];
	a->path = schema__opt_str(s, node, where, "path");
	a->build_id = schema__opt_str(s, node, where, "buildId");
	a->of_pattern = schema__opt_bool(s, node, where, "pattern");
	a->offset = schema__opt_int(s, node, where, "offset", 0);
	address = schema__opt_str(s, node, where, "address");
	a->has_address = address;
	if (address)
		a->address = read_hex(s, address, where, "address");
	switch (a->kind) {
	case ATTACH_SIGNAL:
		a->signal = schema__str(s, node, where, "signal");
		break;
	case ATTACH_KPROBE:
	case ATTACH_KRETPROBE:
	case ATTACH_FENTRY:
	case ATTACH_FEXIT:
		a->name = a->has_address ? schema__opt_str(s, node, where, "function") : schema__str(s, node, where, "function");
		a->group = schema__opt_str(s, node, where, "module");
		break;
	case ATTACH_TRACEPOINT:
		a->group = schema__str(s, node, where, "category");
		a->name = schema__str(s, node, where, "event");
		break;
	case ATTACH_RAWTRACEPOINT:
		a->group = schema__opt_str(s, node, where, "module");
		a->name = schema__str(s, node, where, "event");
		break;
	case ATTACH_UPROBE:
	case ATTACH_URETPROBE:
		a->path = schema__str(s, node, where, "path");
		a->name = schema__opt_str(s, node, where, "symbol");
		if (!a->name && !a->has_address)
			schema__fail(s, where, "", "needs a symbol or an address");
		break;
	case ATTACH_USDT:
		a->path = schema__str(s, node, where, "path");
		a->group = schema__opt_str(s, node, where, "provider");
		a->name = schema__str(s, node, where, "name");
		break;
	case ATTACH_PROFILE:
	case ATTACH_INTERVAL:
		a->hz = schema__opt_int(s, node, where, "hz", 0);
		a->ns = schema__opt_int(s, node, where, "ns", 0);
		if (!a->hz == !a->ns)
			schema__fail(s, where, "", "needs exactly one of hz and ns");
		break;
	case ATTACH_SOFTWARE:
	case ATTACH_HARDWARE:
		a->name = schema__str(s, node, where, "event");
		a->config = schema__uint(s, node, where, "config", INT64_MAX);
		a->count = schema__uint(s, node, where, "count", INT64_MAX);
		break;
	case ATTACH_WATCHPOINT:
		a->length = schema__uint(s, node, where, "length", 8);
		a->mode = schema__str(s, node, where, "mode");
		break;
	case ATTACH_ITER:
		a->name = schema__str(s, node, where, "target");
		a->pin = schema__opt_str(s, node, where, "pin");
		break;
	default:
		break;
	}
}

// SPDX-License-Identifier: Apache-2.0
/* A raw capture of this kernel (spec/snapshot.md): a ustar archive, written as it is read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "report.h"
#include "run.h"
#include "tracefs.h"

enum { BLOCK = 512, MAX_FILE = 256 << 20 };

/* POSIX.1-1988 ustar header: every field is text */
struct tar_header {
	char name[100], mode[8], uid[8], gid[8], size[12], mtime[12], checksum[8], type, link[100], magic[6], version[2], user[32], group[32],
		major[8], minor[8], prefix[155], pad[12];
};
_Static_assert(sizeof(struct tar_header) == BLOCK, "a ustar header is one block");

struct archive {
	int fd, error;
};

static void put(struct archive *a, const void *data, size_t len)
{
	while (len && !a->error) {
		ssize_t n = write(a->fd, data, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			a->error = errno;
		data = (const char *)data + n;
		len -= n > 0 ? n : 0;
	}
}

/* A path of more than 100 bytes is split at a slash. */
static bool set_name(struct tar_header *h, const char *path)
{
	size_t len = strlen(path);
	const char *split = path;

	if (len <= sizeof(h->name)) {
		memcpy(h->name, path, len);
		return true;
	}
	while ((split = strchr(split + 1, '/'))) {
		if (path + len - split - 1 > (ptrdiff_t)sizeof(h->name))
			continue;
		if (split - path > (ptrdiff_t)sizeof(h->prefix))
			return false;
		memcpy(h->prefix, path, split - path);
		memcpy(h->name, split + 1, path + len - split - 1);
		return true;
	}
	return false;
}

static void put_file(struct archive *a, const char *path, const u8 *data, size_t len)
{
	static const char zeros[BLOCK];
	struct tar_header h = {};
	unsigned int sum = 0;

	if (!set_name(&h, path)) {
		report__error("%s is left out: its path is too long", path);
		return;
	}
	memcpy(h.mode, "0000644", 8);
	memcpy(h.uid, "0000000", 8);
	memcpy(h.gid, "0000000", 8);
	snprintf(h.size, sizeof(h.size), "%011zo", len);
	memcpy(h.mtime, "00000000000", 12);
	memset(h.checksum, ' ', sizeof(h.checksum));
	h.type = '0';
	memcpy(h.magic, "ustar", 6);
	memcpy(h.version, "00", 2);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += ((const u8 *)&h)[i];
	snprintf(h.checksum, sizeof(h.checksum), "%06o", sum);
	put(a, &h, sizeof(h));
	put(a, data, len);
	put(a, zeros, (BLOCK - len % BLOCK) % BLOCK);
}

static int add(struct archive *a, const char *path, const char *from)
{
	struct bytes b = {};
	int err = bytes__read_file(&b, from, MAX_FILE);

	if (!err)
		put_file(a, path, b.data, b.len);
	bytes__free(&b);
	return err;
}

static void add_optional(struct archive *a, const char *path, const char *from)
{
	int err = add(a, path, from);

	if (err)
		fprintf(stderr, "WARNING: %s is left out: %s: %s\n", path, from, strerror(-err));
}

static void add_head(struct archive *a)
{
	struct utsname host = {};
	char *text;

	uname(&host);
	text = mem__format("tracelet-capture 1\nrelease %s\nmachine %s\nversion %s\n", host.release, host.machine, host.version);
	put_file(a, "capture", (u8 *)text, strlen(text));
	free(text);
}

static int add_types(struct archive *a)
{
	DIR *dir = opendir("/sys/kernel/btf");
	struct dirent *entry;
	int err = add(a, "btf/vmlinux", "/sys/kernel/btf/vmlinux");

	while (!err && dir && (entry = readdir(dir))) {
		char *path, *from;

		if (entry->d_name[0] == '.' || !strcmp(entry->d_name, "vmlinux"))
			continue;
		path = mem__format("btf/%s", entry->d_name);
		from = mem__format("/sys/kernel/btf/%s", entry->d_name);
		add_optional(a, path, from);
		free(path);
		free(from);
	}
	if (dir)
		closedir(dir);
	return err;
}

static bool add_format(void *ctx, const char *category, const char *event)
{
	char *path = mem__format("events/%s/%s/format", category, event);
	char *from = mem__format("%s/%s", tracefs__path(), path);
	int err = add(ctx, path, from);

	/* not every folder there is an event */
	if (err && err != -ENOENT)
		fprintf(stderr, "WARNING: %s is left out: %s\n", path, strerror(-err));
	free(path);
	free(from);
	return true;
}

int snapshot__write(const struct options *opt)
{
	static const char end[2 * BLOCK];
	struct archive a = { .fd = STDOUT_FILENO };
	char *functions;
	int err;

	if (opt->output)
		a.fd = open(opt->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (a.fd < 0) {
		report__error("failed to open output file '%s': %s", opt->output, strerror(errno));
		return EXIT_REFUSED;
	}
	if (!opt->output && isatty(a.fd)) {
		report__error("the capture is a tar archive, not for a terminal: use -o FILE");
		return EXIT_USAGE;
	}
	if (access("/sys/kernel/btf/vmlinux", R_OK)) {
		report__error("this kernel gives no BTF: /sys/kernel/btf/vmlinux: %s", strerror(errno));
		report__hint("a kernel built with CONFIG_DEBUG_INFO_BTF=y, and sysfs mounted at /sys");
		err = EXIT_HOST;
		goto out;
	}
	add_head(&a);
	err = add_types(&a);
	if (err) {
		report__error("cannot read /sys/kernel/btf/vmlinux: %s", strerror(-err));
		err = EXIT_HOST;
		goto out;
	}
	if (!tracefs__path()) {
		fputs("WARNING: tracepoints and functions are left out: tracefs is not mounted or not readable\n", stderr);
	} else {
		tracefs__events("*", "*", add_format, &a);
		functions = mem__format("%s/available_filter_functions", tracefs__path());
		add_optional(&a, "available_filter_functions", functions);
		free(functions);
	}
	add_optional(&a, "kprobe_blacklist", "/sys/kernel/debug/kprobes/blacklist");
	put(&a, end, sizeof(end));
	if (a.error) {
		report__error("cannot write the capture: %s", strerror(a.error));
		err = EXIT_HOST;
	}
out:
	if (err && opt->output)
		unlink(opt->output);
	return err;
}

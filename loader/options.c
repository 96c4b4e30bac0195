// SPDX-License-Identifier: Apache-2.0
#include "options.h"

#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "multi.h"
#include "report.h"

enum { OPT_STATS = 256, OPT_SAFE, OPT_DRY_RUN, OPT_CMD_STDOUT, OPT_NO_FEATURE, PID_MAX = 4194304 };

static const struct option long_options[] = {
	{ "pid", required_argument, NULL, 'p' },
	{ "cmd", required_argument, NULL, 'c' },
	{ "cmd-stdout", required_argument, NULL, OPT_CMD_STDOUT },
	{ "output", required_argument, NULL, 'o' },
	{ "stats", no_argument, NULL, OPT_STATS },
	{ "warnings", no_argument, NULL, 'k' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "safe", no_argument, NULL, OPT_SAFE },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "no-feature", required_argument, NULL, OPT_NO_FEATURE },
	{ "version", no_argument, NULL, 'V' },
	{ "help", no_argument, NULL, 'h' },
	{},
};

void options__help(void)
{
	fputs("tracelet-loader: runs a Tracelet object on this host and streams what it yields as msgpack.\n"
	      "\n"
	      "  tracelet-loader run OBJ|- [-p PID | -c CMD] [-o FILE] [OPTIONS] [ARGS…] [-- --NAME=VALUE…]\n"
	      "      Loads the object, attaches its probes, and writes Fluentd Forward messages to stdout until the\n"
	      "      script exits, or SIGINT or SIGTERM. ARGS are the script's $1, $2 …; --NAME=VALUE its options.\n"
	      "        -p, --pid PID      trace this process; end when it ends\n"
	      "        -c, --cmd CMD      start CMD (words, no shell) once the probes are attached; end when it ends\n"
	      "            --cmd-stdout FD  where CMD's output goes, an open descriptor (default: stderr, or stdout with -o)\n"
	      "        -o, --output FILE  write the stream to FILE\n"
	      "        -k, --warnings     report failed reads and lookups too\n"
	      "        -v, --verbose      show the verifier's log when a program is refused\n"
	      "            --stats        count how often each program ran (costs time in the kernel)\n"
	      "            --safe         refuse objects that may change the traced system\n"
	      "            --dry-run      load and attach, then end\n"
	      "            --no-feature LIST  attach without kprobe_multi, kprobe_session, uprobe_multi\n"
	      "  tracelet-loader check OBJ|- [-v]\n"
	      "      Has the kernel's verifier judge every program; attaches nothing.\n"
	      "  tracelet-loader snapshot [-o FILE]\n"
	      "      Writes this kernel's types, tracepoint formats and function names as a tar archive.\n"
	      "  tracelet-loader --version | --help\n"
	      "\n"
	      "Exit status: 0 done; 1 the object is refused; 2 wrong usage; 3 this host can't (the message says why);\n"
	      "otherwise what the script's exit(N) or the command said.\n",
	      stdout);
}

static int usage(const char *text, const char *what)
{
	report__error(what ? "%s: %s" : "%s", text, what);
	report__hint("see tracelet-loader --help");
	return EXIT_USAGE;
}

static int parse_descriptor(struct options *opt, const char *text)
{
	char *end;
	long fd = strtol(text, &end, 10);

	if (end == text || *end || fd < 0 || fd > INT_MAX || fcntl(fd, F_GETFD) < 0)
		return usage("not an open descriptor", text);
	opt->child_stdout = fd;
	return 0;
}

static int parse_pid(struct options *opt, const char *text)
{
	char *end;
	unsigned long pid = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !pid)
		return usage("the process id is not a decimal number", text);
	if (pid > PID_MAX)
		return usage("the process id is out of range (4194304)", text);
	opt->pid = pid;
	return 0;
}

static int parse_features(struct options *opt, const char *text)
{
	for (size_t len; *text; text += len + (text[len] == ',')) {
		enum multi how;

		len = strcspn(text, ",");
		how = multi__named(text, len);
		if (how == MULTI_NONE)
			return usage("--no-feature can only have the values kprobe_multi, kprobe_session, uprobe_multi", text);
		opt->without |= 1u << how;
	}
	return 0;
}

static int parse_flags(struct options *opt, int argc, char **argv)
{
	int c, err = 0;

	opterr = 0;
	opt->child_stdout = -1;
	while (!err && (c = getopt_long(argc, argv, "p:c:o:kvVh", long_options, NULL)) != -1) {
		switch (c) {
		case 'p':
			err = parse_pid(opt, optarg);
			break;
		case 'c':
			opt->child = optarg;
			break;
		case 'o':
			opt->output = optarg;
			break;
		case 'k':
			opt->warnings = true;
			break;
		case 'v':
			opt->verbose = true;
			break;
		case OPT_STATS:
			opt->stats = true;
			break;
		case OPT_CMD_STDOUT:
			err = parse_descriptor(opt, optarg);
			break;
		case OPT_SAFE:
			opt->safe = true;
			break;
		case OPT_NO_FEATURE:
			err = parse_features(opt, optarg);
			break;
		case OPT_DRY_RUN:
			opt->dry_run = true;
			break;
		case 'V':
			opt->command = COMMAND_VERSION;
			return 0;
		case 'h':
			opt->command = COMMAND_HELP;
			return 0;
		default:
			return usage("unknown option, or one that lacks its value", argv[optind - 1]);
		}
	}
	return err;
}

int options__parse(struct options *opt, int argc, char **argv)
{
	const char *command;
	int err = parse_flags(opt, argc, argv);

	if (err || opt->command == COMMAND_VERSION || opt->command == COMMAND_HELP)
		return err;
	command = optind < argc ? argv[optind++] : NULL;
	if (!command)
		return usage("a command is needed: run, check or snapshot", NULL);
	if (!strcmp(command, "run"))
		opt->command = COMMAND_RUN;
	else if (!strcmp(command, "check"))
		opt->command = COMMAND_CHECK;
	else if (!strcmp(command, "snapshot"))
		opt->command = COMMAND_SNAPSHOT;
	else
		return usage("unknown command", command);
	if (opt->command != COMMAND_SNAPSHOT) {
		if (optind == argc)
			return usage("the object's file is missing (- for stdin)", NULL);
		opt->object = argv[optind++];
	}
	if (opt->pid && opt->child)
		return usage("-p and -c exclude each other", NULL);
	opt->positionals = mem__zalloc((argc - optind) * sizeof(*opt->positionals));
	opt->named = mem__zalloc((argc - optind) * sizeof(*opt->named));
	/* getopt took every option up to `--`: a word with dashes left over stood after it, and is the script's */
	for (; optind < argc; optind++) {
		if (!strncmp(argv[optind], "--", 2) && argv[optind][2])
			opt->named[opt->named_len++] = argv[optind] + 2;
		else
			opt->positionals[opt->positionals_len++] = argv[optind];
	}
	if (opt->command != COMMAND_RUN && (opt->positionals_len || opt->named_len))
		return usage("this command takes no such argument", opt->positionals_len ? opt->positionals[0] : opt->named[0]);
	return 0;
}

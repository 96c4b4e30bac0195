// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "abi.gen.h"
#include "options.h"
#include "report.h"
#include "run.h"

int main(int argc, char **argv)
{
	struct options opt = {};
	int err = options__parse(&opt, argc, argv);

	if (err)
		return err;
	switch (opt.command) {
	case COMMAND_HELP:
		options__help();
		return EXIT_DONE;
	case COMMAND_VERSION:
		printf("tracelet-loader %s (manifest version %d, stream version %d)\n", TRACELET_VERSION, ABI_MANIFEST_VERSION, ABI_STREAM_VERSION);
		return EXIT_DONE;
	case COMMAND_CHECK:
		return check__object(&opt);
	case COMMAND_SNAPSHOT:
		return snapshot__write(&opt);
	default:
		return run__object(&opt);
	}
}

// SPDX-License-Identifier: Apache-2.0
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/close_range.h>

#include "binaries.h"
#include "report.h"
#include "user-symbols.h"

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

/* Words as a shell splits them, with quotes and backslashes; nothing else of a shell. NULL at the end. */
static char **split(const char *command)
{
	char **words = mem__zalloc((strlen(command) + 2) * sizeof(*words));
	char *out = mem__zalloc(strlen(command) + 2);
	char quote = 0;
	bool in_word = false;
	int count = 0;

	for (const char *c = command; *c; c++) {
		if (!quote && strchr(" \t\n", *c)) {
			if (in_word)
				*out++ = 0;
			in_word = false;
			continue;
		}
		if (!in_word)
			words[count++] = out;
		in_word = true;
		if (quote ? *c == quote : *c == '\'' || *c == '"')
			quote = quote ? 0 : *c;
		else if (*c == '\\' && quote != '\'' && c[1])
			*out++ = *++c;
		else
			*out++ = *c;
	}
	return words;
}

static void run_child(int gate, char **words, const char *path, int out)
{
	sigset_t none;
	char byte;

	/* a loader that is killed takes its command along */
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	signal(SIGUSR1, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (read(gate, &byte, 1) != 1)
		_exit(0);
	if (out != STDOUT_FILENO)
		dup2(out, STDOUT_FILENO);
	close_range(3, ~0u, CLOSE_RANGE_CLOEXEC);
	execv(path, words);
	fprintf(stderr, "ERROR: Failed to execve: %s: %s\n", path, strerror(errno));
	_exit(127);
}

int child__start(struct child *c, const char *command, int out)
{
	char **words = split(command);
	struct bytes paths = {};
	sigset_t all, before;
	int gate[2];

	memset(c, 0, sizeof(*c));
	c->gate = -1;
	if (!words[0] || !binaries__find(words[0], &paths) || access((char *)paths.data, X_OK)) {
		report__error("Failed to execve: %s: %s", words[0] ? words[0] : "''", strerror(errno ? errno : ENOENT));
		return EXIT_REFUSED;
	}
	if (pipe2(gate, O_CLOEXEC)) {
		report__error("cannot make a pipe: %s", strerror(errno));
		return EXIT_HOST;
	}
	/* a signal that comes before the child has put our handlers away waits until it has */
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	c->pid = fork();
	if (c->pid)
		sigprocmask(SIG_SETMASK, &before, NULL);
	if (c->pid < 0) {
		report__error("cannot start a process: %s", strerror(errno));
		return EXIT_HOST;
	}
	if (!c->pid) {
		close(gate[1]);
		run_child(gate[0], words, (char *)paths.data, out);
	}
	close(gate[0]);
	c->gate = gate[1];
	return 0;
}

void child__go(struct child *c, bool watch)
{
	if (c->gate < 0)
		return;
	if (watch)
		c->watched = !ptrace(PTRACE_SEIZE, c->pid, 0, PTRACE_O_TRACEEXIT);
	if (write(c->gate, "", 1) != 1)
		report__error("cannot let the command go: %s", strerror(errno));
	close(c->gate);
	c->gate = -1;
}

/* A stop of a watched child: at its end, by a signal that it is to get, or by job control. */
static void resume(struct child *c, int status)
{
	int event = status >> 16;

	if (event == PTRACE_EVENT_EXIT) {
		user_symbols__remember(c->pid);
		ptrace(PTRACE_CONT, c->pid, 0, 0);
	} else if (event == PTRACE_EVENT_STOP) {
		ptrace(WSTOPSIG(status) == SIGTRAP ? PTRACE_CONT : PTRACE_LISTEN, c->pid, 0, 0);
	} else {
		ptrace(PTRACE_CONT, c->pid, 0, WSTOPSIG(status));
	}
}

void child__reap(struct child *c)
{
	int status;

	while (c->pid > 0 && !c->ended && waitpid(c->pid, &status, WNOHANG) == c->pid) {
		if (WIFSTOPPED(status)) {
			resume(c, status);
			continue;
		}
		c->ended = true;
		c->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	}
}

void child__stop(struct child *c)
{
	if (c->pid <= 0 || c->ended)
		return;
	if (c->watched)
		ptrace(PTRACE_DETACH, c->pid, 0, 0);
	kill(c->pid, SIGTERM);
}

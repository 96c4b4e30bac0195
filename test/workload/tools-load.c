/*
 * tools-load: one of each thing that the shipped tools watch, always the same: the setuid family, sync calls, a signal
 * that nobody minds, a nap, UNIX datagrams and streams, files opened, read, written, moved and removed, a process that
 * ends. TCP is tcp-send's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void check(int failed, const char *what)
{
	if (failed) {
		perror(what);
		exit(1);
	}
}

static void messages(int type, const char *text)
{
	char got[64];
	int ends[2];

	check(socketpair(AF_UNIX, type, 0, ends), "socketpair");
	check(write(ends[0], text, strlen(text)) < 0, "write");
	check(read(ends[1], got, sizeof(got)) != (ssize_t)strlen(text), "read");
	close(ends[0]);
	close(ends[1]);
}

int main(void)
{
	const struct timespec nap = { .tv_nsec = 20 * 1000 * 1000 };
	const char *path = "/tmp/tools-load", *moved = "/tmp/tools-load.moved";
	struct stat about;
	char buffer[4096];
	pid_t child;
	int fd;

	check(setuid(0), "setuid");
	check(setresuid(0, 0, -1), "setresuid");
	setfsuid(0);
	fd = open(path, O_CREAT | O_TRUNC | O_RDWR, 0600);
	check(fd < 0, path);
	memset(buffer, 'x', sizeof(buffer));
	for (int i = 0; i < 8; i++)
		check(pwrite(fd, buffer, sizeof(buffer), i * sizeof(buffer)) != sizeof(buffer), "pwrite");
	for (int i = 0; i < 8; i++)
		check(pread(fd, buffer, sizeof(buffer), i * sizeof(buffer)) != sizeof(buffer), "pread");
	check(fsync(fd), "fsync");
	check(fdatasync(fd), "fdatasync");
	check(syncfs(fd), "syncfs");
	close(fd);
	sync();
	check(stat(path, &about), "stat");
	check(!stat("/tmp/tools-load.absent", &about), "stat of nothing");
	check(open("/tmp/tools-load.absent", O_RDONLY) >= 0, "open of nothing");
	check(rename(path, moved), "rename");
	check(unlink(moved), "unlink");
	messages(SOCK_STREAM, "a stream says this");
	messages(SOCK_DGRAM, "a datagram says \x01\x02 this\n");
	signal(SIGUSR1, SIG_IGN);
	check(kill(getpid(), SIGUSR1), "kill");
	nanosleep(&nap, NULL);
	child = fork();
	check(child < 0, "fork");
	if (!child)
		_exit(3);
	check(waitpid(child, NULL, 0) != child, "waitpid");
	return 0;
}

/* SPDX-License-Identifier: MIT */
#ifndef RO_MUTANT_SHIM_H
#define RO_MUTANT_SHIM_H

/*
 * Put in front of probes/steps.c (-include), so that the calls of a probe on the file system under
 * test go to a mutant instead of the kernel. What a mutant does not define does the real thing.
 */
#include "probe.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int shim_open(const char *path, int flags, mode_t mode);
ssize_t shim_read(int fd, void *bytes, size_t size);
ssize_t shim_write(int fd, const void *bytes, size_t size);
int shim_stat(const char *path, struct stat *status);
int shim_rename(const char *from, const char *to);
int shim_unlink(const char *path);
int shim_mkdir(const char *path, mode_t mode);
int shim_rmdir(const char *path);
DIR *shim_opendir(const char *path);
struct dirent *shim_readdir(DIR *directory);

/** How many ticks the probe has waited: in a mutant no time passes with them. */
unsigned shim_ticks(void);

#ifdef MUTATED
#define open(path, flags, mode) shim_open(path, flags, mode)
#define read(fd, bytes, size) shim_read(fd, bytes, size)
#define write(fd, bytes, size) shim_write(fd, bytes, size)
#define stat(path, status) shim_stat(path, status)
#define rename(from, to) shim_rename(from, to)
#define unlink(path) shim_unlink(path)
#define mkdir(path, mode) shim_mkdir(path, mode)
#define rmdir(path) shim_rmdir(path)
#define opendir(path) shim_opendir(path)
#define readdir(directory) shim_readdir(directory)
#endif

#endif

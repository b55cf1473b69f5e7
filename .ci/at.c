// Shifts the wall clock of a program by AT_SECONDS, and the times of files with it; clocks that only
// measure how long something takes stay as they are. libfaketime does the same and more, but its
// clock_nanosleep refuses what Python's time.sleep asks for.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static time_t shift(void) {
    const char *seconds = getenv("AT_SECONDS");
    return seconds ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = syscall(SYS_clock_gettime, clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += shift();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int failed = syscall(SYS_gettimeofday, now, zone);
    if (!failed) now->tv_sec += shift();
    return failed;
}

time_t time(time_t *kept) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (kept) *kept = now.tv_sec;
    return now.tv_sec;
}

static int shifted(int failed, struct stat64 *found) {
    if (!failed) {
        found->st_atime += shift();
        found->st_mtime += shift();
        found->st_ctime += shift();
    }
    return failed;
}

// Python asks for the times of files by these names.
int fstatat64(int folder, const char *restrict path, struct stat64 *restrict found, int flags) {
    return shifted(syscall(SYS_newfstatat, folder, path, found, flags), found);
}

int stat64(const char *restrict path, struct stat64 *restrict found) { return fstatat64(AT_FDCWD, path, found, 0); }

int lstat64(const char *restrict path, struct stat64 *restrict found) { return fstatat64(AT_FDCWD, path, found, AT_SYMLINK_NOFOLLOW); }

int fstat64(int file, struct stat64 *found) { return shifted(syscall(SYS_fstat, file, found), found); }

static int set(int folder, const char *path, const struct timespec given[2], int flags) {
    struct timespec real[2];
    for (int n = 0; given && n < 2; n++) {
        real[n] = given[n];
        if (real[n].tv_nsec != UTIME_NOW && real[n].tv_nsec != UTIME_OMIT) real[n].tv_sec -= shift();
    }
    return syscall(SYS_utimensat, folder, path, given ? real : NULL, flags);
}

int utimensat(int folder, const char *path, const struct timespec given[2], int flags) {
    return set(folder, path, given, flags);
}

int futimens(int file, const struct timespec given[2]) { return set(file, NULL, given, 0); }

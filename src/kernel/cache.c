#include "kernel/cache.h"

#include "base/error.h"
#include "base/sha256.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The end of every file: this, then the SHA-256 of all before it. The loader of shared objects does not look there. */
static const char seal_mark[16] = "\nonset-kernel-1\n";
enum { SEAL_BYTES = sizeof seal_mark + 32 };

/* ---- Folders ---- */

static bool is_ours(const struct stat *about)
{
    return about->st_uid == geteuid() && (about->st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

/* Makes a folder and those above it. */
static int make_folders(const char *path)
{
    char copy[3000];

    snprintf(copy, sizeof copy, "%s", path);
    for (char *s = copy + 1; *s; s++) {
        if (*s != '/') continue;
        *s = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST) return -1;
        *s = '/';
    }
    return mkdir(copy, 0700) != 0 && errno != EEXIST ? -1 : 0;
}

/* Where kernels are kept; false where no home is known. */
static bool usual_folder(char *path, size_t size)
{
    const char *cache = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int         n;

    if (cache && cache[0] == '/')
        n = snprintf(path, size, "%s/onset", cache);
    else if (home && home[0] == '/')
        n = snprintf(path, size, "%s/.cache/onset", home);
    else
        return false;
    return n > 0 && (size_t)n < size;
}

/* NULL when the folder can be used, else why not. */
static const char *fault_of(const char *path)
{
    struct stat about;

    if (make_folders(path) != 0) return strerror(errno);
    if (lstat(path, &about) != 0) return strerror(errno);
    if (S_ISLNK(about.st_mode)) return "it is a symbolic link";
    if (!S_ISDIR(about.st_mode)) return "it is no folder";
    if (about.st_uid != geteuid()) return "it belongs to another user";
    if (!is_ours(&about)) return "others may write to it";
    return access(path, R_OK | W_OK | X_OK) == 0 ? NULL : strerror(errno);
}

static bool try_temporary(const char *parent, onset_cache *out)
{
    const int n = snprintf(out->path, sizeof out->path, "%s/onset-XXXXXX", parent);

    out->temporary = true;
    return n > 0 && (size_t)n < sizeof out->path && mkdtemp(out->path) != NULL;
}

onset_status onset_cache_open_temporary(onset_error *err, onset_cache *out)
{
    const char       *tmpdir    = getenv("TMPDIR");
    const char *const parents[] = {tmpdir && tmpdir[0] == '/' ? tmpdir : "/tmp", "/tmp", "/dev/shm", "/var/tmp"};

    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
        if (try_temporary(parents[i], out)) return ONSET_OK;
    return onset_fail(
        err, ONSET_NO_FILE,
        "no folder for the compiled model: neither the cache folder nor $TMPDIR, /tmp, /dev/shm or /var/tmp can be written (%s)",
        strerror(errno));
}

onset_status onset_cache_open(onset_error *err, const char *wanted, onset_cache *out, char note[256])
{
    const char *fault;
    int         n;

    *out    = (onset_cache){0};
    note[0] = '\0';
    if (wanted && !wanted[0]) return onset_cache_open_temporary(err, out);
    if (wanted) {
        n     = snprintf(out->path, sizeof out->path, "%s", wanted);
        fault = (size_t)n >= sizeof out->path ? "its name is too long" : fault_of(out->path);
    } else {
        fault = usual_folder(out->path, sizeof out->path) ? fault_of(out->path) : "neither XDG_CACHE_HOME nor HOME is set";
    }
    if (!fault) return ONSET_OK;
    snprintf(note, 256, "the cache folder '%.110s' is not used: %.70s; compiled into a temporary one", out->path, fault);
    return onset_cache_open_temporary(err, out);
}

void onset_cache_close(onset_cache *cache)
{
    if (cache->temporary) rmdir(cache->path);
    *cache = (onset_cache){0};
}

void onset_cache_file(const onset_cache *cache, const char *key, char *path, size_t size)
{
    snprintf(path, size, "%s/%s.so", cache->path, key);
}

/* The age at which a file of ours may go [s]; -1 for a file that is not ours to remove. Both ages chosen by us. */
static time_t age_limit(const char *name)
{
    static const time_t hour = 3600, season = 90 * 24 * 3600;
    const char         *end = strrchr(name, '.');

    if (!end || strspn(name, "0123456789abcdef") != 64) return -1;
    if (strcmp(end, ".so") == 0) return season;
    return strcmp(end, ".c") == 0 || strncmp(end, ".part", 5) == 0 ? hour : -1; /* ".part-PID": of a source half written */
}

void onset_cache_sweep(const onset_cache *cache)
{
    DIR                 *folder = opendir(cache->path);
    const struct dirent *entry;
    struct stat          about;

    while (folder && (entry = readdir(folder))) {
        const time_t limit = age_limit(entry->d_name);

        if (limit < 0 || fstatat(dirfd(folder), entry->d_name, &about, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (S_ISREG(about.st_mode) && time(NULL) - about.st_mtime > limit) unlinkat(dirfd(folder), entry->d_name, 0);
    }
    if (folder) closedir(folder);
}

/* ---- Seals ---- */

static bool read_all(int file, unsigned char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t got = read(file, bytes, n);

        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return false;
        bytes += got;
        n -= (size_t)got;
    }
    return true;
}

static bool write_all(int file, const unsigned char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t put = write(file, bytes, n);

        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes += put;
        n -= (size_t)put;
    }
    return true;
}

static void seal_of(const unsigned char *bytes, size_t n, unsigned char seal[SEAL_BYTES])
{
    onset_sha256 hash;

    memcpy(seal, seal_mark, sizeof seal_mark);
    onset_sha256_start(&hash);
    onset_sha256_add(&hash, bytes, n);
    onset_sha256_end(&hash, seal + sizeof seal_mark);
}

/* The whole file; malloc'ed, NULL when it cannot be read. */
static unsigned char *contents(int file, size_t *n)
{
    struct stat    about;
    unsigned char *bytes;

    if (fstat(file, &about) != 0 || !S_ISREG(about.st_mode) || about.st_size <= 0) return NULL;
    *n    = (size_t)about.st_size;
    bytes = malloc(*n);
    if (bytes && !read_all(file, bytes, *n)) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

bool onset_cache_is_good(const char *path)
{
    unsigned char seal[SEAL_BYTES], *bytes = NULL;
    struct stat   about;
    const int     file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    size_t        n    = 0;
    bool          good = false;

    if (file < 0) return false;
    if (fstat(file, &about) == 0 && is_ours(&about)) bytes = contents(file, &n);
    if (bytes && n > SEAL_BYTES) {
        seal_of(bytes, n - SEAL_BYTES, seal);
        good = memcmp(seal, bytes + n - SEAL_BYTES, SEAL_BYTES) == 0;
    }
    if (good) futimens(file, NULL); /* for the sweep; on a read-only disk nothing is swept either */
    free(bytes);
    close(file);
    return good;
}

onset_status onset_cache_seal(onset_error *err, const char *made, const char *path)
{
    unsigned char seal[SEAL_BYTES], *bytes;
    const int     file = open(made, O_RDWR | O_CLOEXEC);
    size_t        n    = 0;
    bool          good = false;

    bytes = file >= 0 ? contents(file, &n) : NULL;
    if (bytes) {
        seal_of(bytes, n, seal);
        good = write_all(file, seal, SEAL_BYTES) && fchmod(file, 0600) == 0 && fsync(file) == 0;
    }
    free(bytes);
    if (file >= 0 && close(file) != 0) good = false;
    if (good && rename(made, path) == 0) return ONSET_OK;
    return onset_fail(err, ONSET_NO_FILE, "cannot keep the compiled model in '%s': %s", path, strerror(errno));
}

/* The folder of compiled kernels. Private to src/kernel.
 *
 * A kernel is one file, named by the hash of all that went into it: a shared object with a seal behind it (a checksum of the rest).
 * Nothing is trusted that is not ours alone: the folder and the file must belong to this user and be writable by nobody else. */
#ifndef ONSET_KERNEL_CACHE_H
#define ONSET_KERNEL_CACHE_H

#include "kernel/kernel.h"

typedef struct {
    char path[3000];
    bool temporary; /* private, made for this process; removed by onset_cache_close() */
} onset_cache;

/* Opens the folder wanted (as in onset_kernel_options). One that cannot be used is replaced by a temporary one, and note says why. */
onset_status onset_cache_open(onset_error *err, const char *wanted, onset_cache *out, char note[256]);
/* A temporary folder, in $TMPDIR, /tmp, /dev/shm or /var/tmp. */
onset_status onset_cache_open_temporary(onset_error *err, onset_cache *out);
void         onset_cache_close(onset_cache *cache);

/* <folder>/<key>.so */
void onset_cache_file(const onset_cache *cache, const char *key, char *path, size_t size);

/* True for a file that is there, ours, and whole; it then counts as used now. */
bool onset_cache_is_good(const char *path);

/* Removes what a killed process left behind (after an hour) and kernels that nobody has loaded for 90 days. Called before something new is
 * added; failures do not matter. */
void onset_cache_sweep(const onset_cache *cache);

/* Puts the seal behind a file just compiled, writes it through to the disk and renames it to its name. */
onset_status onset_cache_seal(onset_error *err, const char *made, const char *path);

#endif

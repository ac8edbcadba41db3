/* For tests that write files: a folder for the test alone, and commands in it. */
#ifndef ONSET_TESTS_ROOT_H
#define ONSET_TESTS_ROOT_H

extern char root[64]; /* the folder; filled in by the test, which makes and removes it */

/* root/name. Four such paths are there at a time. */
const char *in_root(const char *name);

/* Runs a command; the test fails where the command does. */
void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif

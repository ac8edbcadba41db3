#include "root.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

char root[64];

const char *in_root(const char *name)
{
    static char text[4][512];
    static int  next;

    next = (next + 1) % 4;
    snprintf(text[next], sizeof text[next], "%s/%s", root, name);
    return text[next];
}

void shell(const char *format, ...)
{
    char    command[1024];
    va_list values;

    va_start(values, format);
    vsnprintf(command, sizeof command, format, values);
    va_end(values);
    if (system(command) != 0) fail_msg("'%s' failed", command);
}

/* What this build is. */
#include "onset.h"

#include "build_info.h"

#include <jansson.h>
#include <sqlite3.h>
#include <sundials/sundials_config.h>

const char *onset_version(void)
{
    return ONSET_VERSION;
}

const char *onset_build_info(void)
{
    return "compiler  " ONSET_COMPILER " (" ONSET_BUILDTYPE ")\n"
           "SUNDIALS  " SUNDIALS_VERSION "\n"
           "SQLite    " SQLITE_VERSION "\n"
           "Jansson   " JANSSON_VERSION "\n";
}

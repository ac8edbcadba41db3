#include "base/error.h"

#include <stdio.h>

#define STATUS_TEXT(name, text) text,
static const char *const status_text[] = {ONSET_STATUS_LIST(STATUS_TEXT)};

const char *onset_status_text(onset_status status)
{
    return (unsigned)status < (unsigned)ONSET_N_STATUS ? status_text[status] : "unknown status";
}

void onset_error_clear(onset_error *err)
{
    if (!err) return;
    err->status     = ONSET_OK;
    err->message[0] = '\0';
}

onset_status onset_fail(onset_error *err, onset_status status, const char *format, ...)
{
    va_list values;

    if (!err || err->status != ONSET_OK) return status;
    err->status = status;
    va_start(values, format);
    vsnprintf(err->message, sizeof err->message, format, values);
    va_end(values);
    return status;
}

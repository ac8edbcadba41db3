/* Numbers are written and read with a decimal point, whatever the program that embeds Onset has set.
 *
 * printf() and strtod() follow the locale of their thread. So every entry of the interface that writes or reads a number, and every thread of a run, enters the C locale
 * and leaves it again at its end. Calls may be nested. */
#ifndef ONSET_BASE_C_LOCALE_H
#define ONSET_BASE_C_LOCALE_H

#include <locale.h>

typedef struct {
    locale_t c, before;
} onset_locale;

onset_locale onset_locale_enter(void);
void         onset_locale_leave(onset_locale entered);

#endif

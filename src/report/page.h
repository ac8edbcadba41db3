/* A page as pieces of text with slots between them; web/report/build.mjs writes page.c and validation_page.c. */
#ifndef ONSET_REPORT_PAGE_H
#define ONSET_REPORT_PAGE_H

#include "base/text.h"

#include <stddef.h>

typedef enum { ONSET_REPORT_SLOT_END, ONSET_REPORT_SLOT_TITLE, ONSET_REPORT_SLOT_DATA } onset_report_slot;

typedef struct {
    const unsigned char *text; /* n bytes of UTF-8 */
    size_t               n;
    onset_report_slot    slot; /* what follows the piece; the last has END */
} onset_report_piece;

extern const onset_report_piece onset_report_page[], onset_validation_page[];

/* Appends the page with its slots filled: the title as text of HTML, data (JSON in ASCII) as the content of a script element. Neither can
 * become markup. */
void onset_report_fill(onset_text *out, const onset_report_piece *page, const char *title, const char *data);

#endif

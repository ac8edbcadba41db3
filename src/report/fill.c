/* A page with its slots filled. */
#include "report/page.h"

#include <string.h>

/* JSON for inside <script>: '<', '>' and '&' stand only in strings, so each can be written as an escape, and no end tag,
 * comment or entity can arise. Everything outside ASCII, U+2028 too, is escaped by Jansson already. */
static void add_script_json(onset_text *text, const char *json)
{
    for (const char *s = json; *s;) {
        size_t plain = strcspn(s, "<>&");
        onset_text_add_n(text, s, plain);
        s += plain;
        if (*s) onset_text_printf(text, "\\u%04x", (unsigned)(unsigned char)*s++);
    }
}

static void add_html(onset_text *text, const char *s)
{
    for (; *s; s++) {
        switch (*s) {
        case '<':
            onset_text_add(text, "&lt;");
            break;
        case '>':
            onset_text_add(text, "&gt;");
            break;
        case '&':
            onset_text_add(text, "&amp;");
            break;
        case '"':
            onset_text_add(text, "&quot;");
            break;
        case '\'':
            onset_text_add(text, "&#39;");
            break;
        default:
            onset_text_add_n(text, s, 1);
        }
    }
}

void onset_report_fill(onset_text *out, const onset_report_piece *page, const char *title, const char *data)
{
    for (const onset_report_piece *piece = page;; piece++) {
        onset_text_add_n(out, (const char *)piece->text, piece->n);
        if (piece->slot == ONSET_REPORT_SLOT_TITLE) add_html(out, title);
        if (piece->slot == ONSET_REPORT_SLOT_DATA) add_script_json(out, data);
        if (piece->slot == ONSET_REPORT_SLOT_END) return;
    }
}

/* Words of published tables: numbers and words in a cell, patterns that pick out numbers, and texts with words and sums in braces that are filled in.
 *
 *     "mg in {t} min then same per h"  fits  "mg in 10 min then same per h", with t = 10
 *     "over {t} [min] at {60 - t} [min]"  filled in with t = 10 is  "over 10 [min] at 50 [min]" */
#ifndef ONSET_VALIDATE_WORDS_H
#define ONSET_VALIDATE_WORDS_H

#include "base/arena.h"

/* A number of a cell, or the middle of a range: "56", "28-84", "28 to 84 mg", "56/84"; NAN. */
double onset_amount(const char *text);

/* Whether a text has a word, upper and lower case alike: letters and digits beside it make it another word. */
bool onset_has_word(const char *text, const char *word);

enum { ONSET_MAX_WORDS = 24 };

/* Names with a number or a text each; later ones hide earlier ones of the same name. */
typedef struct {
    int n;
    struct {
        const char *name; /* n_name bytes */
        size_t      n_name;
        const char *text; /* NULL: a number */
        double      number;
    } items[ONSET_MAX_WORDS];
} onset_word_list;

void onset_words_add(onset_word_list *words, const char *name, double number);
void onset_words_add_text(onset_word_list *words, const char *name, const char *text);

/* Whether a whole text fits a pattern, upper and lower case alike: `*` stands for any text, a blank for one or more, `{name}` for a number,
 * which is added to words (not where it does not fit; names stay borrowed from the pattern). */
bool onset_pattern_fits(const char *pattern, const char *text, onset_word_list *words);

/* The same for a part of the text that neither begins nor ends inside a word; where it is, [*from, *to). */
bool onset_pattern_find(const char *pattern, const char *text, onset_word_list *words, size_t *from, size_t *to);

/* A sum such as "(a + b) / 2"; NAN where it is empty, makes no sense, or has a name that is not known or has no value. */
double onset_words_number(const onset_word_list *words, const char *sum);

/* A text with each {word} or {sum} replaced; NULL where one has no value. */
const char *onset_words_fill(onset_arena *arena, const onset_word_list *words, const char *text);

#endif

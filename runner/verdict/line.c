/* SPDX-License-Identifier: MIT */
#include "verdict/line.h"

#include <string.h>
#include <zlib.h>

#define CHECKSUM_LENGTH (sizeof " #01234567" - 1)
#define KEY_MAX 32
#define CUT_MARK_LENGTH (sizeof JOURNAL_CUT_MARK - 1)

static const char lower_hex[] = "0123456789abcdef";
static const char upper_hex[] = "0123456789ABCDEF";
static const char digits[] = "0123456789";
static const char lower_and_digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char key_bytes[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
static const char subject_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                    "0123456789_.-";
static const char value_bytes[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._/,:+@-";

static const char *const kind_words[] = {
    [JOURNAL_BEGIN] = "begin", [JOURNAL_FS] = "fs",       [JOURNAL_ENTER] = "enter",
    [JOURNAL_LEAVE] = "leave", [JOURNAL_CHECK] = "check", [JOURNAL_NOTE] = "note",
    [JOURNAL_END] = "end",
};

/** Whether `text` is `shortest` to `longest` bytes, all of them out of `alphabet`. */
static bool consists_of(const char *text, const char *alphabet, size_t shortest, size_t longest)
{
    size_t length = strlen(text);
    return length >= shortest && length <= longest && strspn(text, alphabet) == length;
}

bool journal_nonce_allowed(const char *nonce)
{
    return consists_of(nonce, lower_and_digits, JOURNAL_NONCE_MIN, JOURNAL_NONCE_MAX);
}

const char *journal_event_field(const struct journal_event *event, const char *key)
{
    for (size_t i = 0; i < event->field_count; i++)
        if (strcmp(event->fields[i].key, key) == 0)
            return event->fields[i].value;
    return NULL;
}

bool journal_call_renames(const char *call)
{
    return strcmp(call, "rename") == 0 || strcmp(call, "renameat") == 0;
}

size_t journal_encoded_length(const char *value)
{
    size_t length = 0;
    for (; *value != '\0'; value++)
        length += strchr(value_bytes, *value) == NULL ? sizeof "%XX" - 1 : 1;
    return length;
}

bool journal_line_has_checksum(const char *text, size_t length)
{
    if (length < CHECKSUM_LENGTH)
        return false;
    const char *tail = text + length - CHECKSUM_LENGTH;
    if (tail[0] != ' ' || tail[1] != '#')
        return false;
    for (size_t i = 2; i < CHECKSUM_LENGTH; i++)
        if (memchr(lower_hex, tail[i], sizeof lower_hex - 1) == NULL)
            return false;
    return true;
}

static bool checksum_holds(const char *text, size_t length)
{
    size_t covered = length - CHECKSUM_LENGTH;
    uint32_t computed = (uint32_t)crc32(0, (const Bytef *)text, (uInt)covered);
    const char *written = text + covered + 2;
    for (size_t i = 0; i < 8; i++)
        if (written[i] != lower_hex[(computed >> (28 - 4 * i)) & 0xf])
            return false;
    return true;
}

/** Cuts the next word off at a single space; NULL at the end. An empty word is a word. */
static char *take_word(char **rest)
{
    char *word = *rest;
    if (word == NULL)
        return NULL;
    char *space = strchr(word, ' ');
    if (space != NULL)
        *space = '\0';
    *rest = space == NULL ? NULL : space + 1;
    return word;
}

static bool read_sequence(const char *word, uint32_t *sequence)
{
    if (!consists_of(word, digits, 1, 10) || (word[0] == '0' && word[1] != '\0'))
        return false;
    uint64_t number = 0;
    for (const char *digit = word; *digit != '\0'; digit++)
        number = number * 10 + (uint64_t)(*digit - '0');
    *sequence = (uint32_t)number;
    return number <= UINT32_MAX;
}

static bool read_kind(const char *word, enum journal_kind *kind)
{
    for (size_t i = 0; i < sizeof kind_words / sizeof kind_words[0]; i++)
        if (strcmp(word, kind_words[i]) == 0) {
            *kind = (enum journal_kind)i;
            return true;
        }
    return false;
}

static int hex_value(char digit)
{
    const char *found = digit == '\0' ? NULL : strchr(upper_hex, digit);
    return found == NULL ? -1 : (int)(found - upper_hex);
}

/** Decodes `value` in place. Only what must be encoded may be, so that a value has one form. */
static const char *decode_value(char *value, bool *clipped)
{
    char *out = value;
    for (const char *in = value; *in != '\0'; in++) {
        if (*in != '%') {
            if (strchr(value_bytes, *in) == NULL)
                return "a value holds a byte that must be encoded";
            *out++ = *in;
            continue;
        }
        if (in[1] == '+' && in[2] == '\0') {
            *clipped = true;
            break;
        }
        int high = hex_value(in[1]);
        int low = high < 0 ? -1 : hex_value(in[2]);
        if (low < 0)
            return "a value holds a broken %XX";
        char byte = (char)(high * 16 + low);
        if (byte == '\0')
            return "a value holds an encoded NUL";
        if (strchr(value_bytes, byte) != NULL)
            return "a value encodes a byte that needs no encoding";
        *out++ = byte;
        in += 2;
    }
    *out = '\0';
    return NULL;
}

static const char *read_field(struct journal_event *event, char *word)
{
    if (event->field_count == JOURNAL_FIELDS_MAX)
        return "there are too many fields";
    char *equals = strchr(word, '=');
    if (equals == NULL)
        return "a field has no '='";
    *equals = '\0';
    if (!consists_of(word, key_bytes, 1, KEY_MAX))
        return "a key is not 1 to 32 of a-z 0-9 _";
    if (journal_event_field(event, word) != NULL)
        return "a key stands twice";
    if (strlen(equals + 1) > JOURNAL_VALUE_MAX + CUT_MARK_LENGTH)
        return "a value is too long";
    struct journal_field field = {.key = word, .value = equals + 1};
    const char *fault = decode_value(equals + 1, &field.clipped);
    if (fault == NULL)
        event->fields[event->field_count++] = field;
    return fault;
}

/** What `fs` is about is a name that the guest's kernel chose; all other subjects are ours. */
static const char *read_subject(struct journal_event *event, char *word)
{
    static const char fault[] = "the subject is not 1 to 64 of A-Z a-z 0-9 _ . -";
    if (word == NULL)
        return fault;
    event->subject = word;
    if (event->kind != JOURNAL_FS)
        return consists_of(word, subject_bytes, 1, JOURNAL_SUBJECT_MAX) ? NULL : fault;
    bool clipped;
    const char *undecoded = decode_value(word, &clipped);
    if (undecoded != NULL)
        return undecoded;
    return word[0] != '\0' && strlen(word) <= JOURNAL_SUBJECT_MAX ? NULL : fault;
}

static bool is_number(const char *value)
{
    return value != NULL && consists_of(value, digits, 1, 10);
}

static bool is_return_value(const char *value)
{
    if (value == NULL)
        return false;
    return consists_of(value[0] == '-' ? value + 1 : value, digits, 1, 20);
}

static bool is_one_of(const char *value, const char *one, const char *other)
{
    return value != NULL && (strcmp(value, one) == 0 || strcmp(value, other) == 0);
}

static const char *fault_of_begin(const struct journal_event *event)
{
    const char *build = journal_event_field(event, "build");
    if (build == NULL || !consists_of(build, lower_hex, 16, 16))
        return "begin has no build= of 16 hex digits";
    if (!is_one_of(journal_event_field(event, "bits"), "32", "64"))
        return "begin has no bits= of 32 or 64";
    return NULL;
}

static const char *fault_of_enter(const struct journal_event *event)
{
    if (strcmp(event->subject, "rename") == 0 &&
        (journal_event_field(event, "from") == NULL || journal_event_field(event, "to") == NULL))
        return "enter rename has no from= and to=";
    return NULL;
}

static const char *fault_of_leave(const struct journal_event *event)
{
    if (!is_return_value(journal_event_field(event, "ret")))
        return "leave has no ret= with a number";
    const char *number = journal_event_field(event, "errno");
    const char *name = journal_event_field(event, "error");
    if ((number == NULL) != (name == NULL))
        return "leave has only one of errno= and error=";
    if (number != NULL && (!is_number(number) || strspn(number, "0") == strlen(number)))
        return "leave has an errno= that is no number of an error";
    if (number != NULL && journal_event_field(event, "ret")[0] != '-')
        return "leave has an errno= and succeeded";
    return NULL;
}

static const char *fault_of_held_check(const struct journal_event *event)
{
    static const char *const of_broken[] = {"want", "got", "loss", "late"};
    for (size_t i = 0; i < sizeof of_broken / sizeof of_broken[0]; i++)
        if (journal_event_field(event, of_broken[i]) != NULL)
            return "a check that held has what only a broken one has";
    return NULL;
}

static const char *fault_of_check(const struct journal_event *event)
{
    const char *result = journal_event_field(event, "result");
    if (!is_one_of(result, "held", "broken"))
        return "check has no result= of held or broken";
    if (strcmp(result, "held") == 0)
        return fault_of_held_check(event);
    if (journal_event_field(event, "want") == NULL || journal_event_field(event, "got") == NULL)
        return "a broken check has no want= and got=";
    if (journal_event_field(event, "loss") != NULL && journal_event_field(event, "late") != NULL)
        return "a broken check has both loss= and late=";
    return NULL;
}

static const char *fault_of_end(const struct journal_event *event)
{
    if (!is_one_of(event->subject, "pass", "fail") && strcmp(event->subject, "unfit") != 0)
        return "end is none of pass, fail and unfit";
    const char *broken = journal_event_field(event, "broken");
    if (!is_number(journal_event_field(event, "checks")) || !is_number(broken))
        return "end has no checks= and broken= with numbers";
    if (strcmp(event->subject, "pass") == 0 && strcmp(broken, "0") != 0)
        return "end says pass with broken checks";
    return NULL;
}

static const char *fault_of_event(const struct journal_event *event)
{
    switch (event->kind) {
    case JOURNAL_BEGIN:
        return fault_of_begin(event);
    case JOURNAL_ENTER:
        return fault_of_enter(event);
    case JOURNAL_LEAVE:
        return fault_of_leave(event);
    case JOURNAL_CHECK:
        return fault_of_check(event);
    case JOURNAL_END:
        return fault_of_end(event);
    case JOURNAL_FS:
    case JOURNAL_NOTE:
        break;
    }
    return NULL;
}

/** Reads `rest`, what follows the sequence number; returns the fault or NULL. */
static const char *read_event(struct journal_line *line, char *rest)
{
    struct journal_event *event = &line->event;
    /* The same place in the copy that is left as it was written. */
    if (rest != NULL)
        event->text = line->text + (rest - line->storage);
    char *word = take_word(&rest);
    if (word == NULL || !read_kind(word, &event->kind))
        return "the event is unknown";
    const char *fault = read_subject(event, take_word(&rest));
    if (fault != NULL)
        return fault;
    while ((word = take_word(&rest)) != NULL) {
        fault = read_field(event, word);
        if (fault != NULL)
            return fault;
    }
    return fault_of_event(event);
}

/** Reads `rest`, what follows the prefix without the checksum; returns the fault or NULL. */
static const char *read_words(struct journal_line *line, char *rest)
{
    char *word = take_word(&rest);
    if (!journal_nonce_allowed(word))
        return "the nonce is not 8 to 32 of 0-9 a-z";
    line->nonce = word;
    word = take_word(&rest);
    if (word == NULL || !read_sequence(word, &line->event.sequence))
        return "the sequence number is none";
    return read_event(line, rest);
}

/** Rules out, before a checksum is computed, most of what merely has the prefix in it. */
static bool nonce_follows(const char *text, size_t length)
{
    if (length < JOURNAL_PREFIX_LENGTH + 8)
        return false;
    for (size_t i = 0; i < 8; i++)
        if (memchr(lower_and_digits, text[JOURNAL_PREFIX_LENGTH + i],
                   sizeof lower_and_digits - 1) == NULL)
            return false;
    return true;
}

enum journal_line_state journal_line_read(struct journal_line *line, const char *text,
                                          size_t length)
{
    line->event = (struct journal_event){0};
    line->nonce = NULL;
    line->fault = NULL;
    if (length >= JOURNAL_LINE_MAX || !nonce_follows(text, length) ||
        !journal_line_has_checksum(text, length) || !checksum_holds(text, length))
        return JOURNAL_LINE_DAMAGED;

    size_t covered = length - CHECKSUM_LENGTH;
    memcpy(line->text, text, covered);
    line->text[covered] = '\0';
    memcpy(line->storage, line->text, covered + 1);
    if (strlen(line->text) != covered)
        line->fault = "there is a NUL in it";
    else
        line->fault = read_words(line, line->storage + JOURNAL_PREFIX_LENGTH);
    return line->fault == NULL ? JOURNAL_LINE_VALID : JOURNAL_LINE_MALFORMED;
}

enum journal_line_state journal_line_read_text(struct journal_line *line, const char *text,
                                               uint32_t sequence)
{
    line->event = (struct journal_event){.sequence = sequence};
    line->nonce = NULL;
    line->fault = "it is too long, or there is none";
    if (text == NULL || strlen(text) >= JOURNAL_LINE_MAX)
        return JOURNAL_LINE_MALFORMED;
    memcpy(line->text, text, strlen(text) + 1);
    memcpy(line->storage, text, strlen(text) + 1);
    char *rest = line->storage;
    bool numbered = rest[0] != '\0' && strchr(digits, rest[0]) != NULL;
    if (numbered && !read_sequence(take_word(&rest), &line->event.sequence))
        line->fault = "the sequence number is none";
    else
        line->fault = read_event(line, rest);
    return line->fault == NULL ? JOURNAL_LINE_VALID : JOURNAL_LINE_MALFORMED;
}

static const char *keep_text(char **room, const char *text)
{
    size_t size = strlen(text) + 1;
    char *kept = memcpy(*room, text, size);
    *room += size;
    return kept;
}

void journal_keep(struct journal_kept *kept, const struct journal_event *event)
{
    /* Decoded values are no longer than the line, so a line's text and its values have room. */
    char *room = kept->bytes;
    kept->event = *event;
    kept->event.text = keep_text(&room, event->text);
    kept->event.subject = keep_text(&room, event->subject);
    for (size_t i = 0; i < event->field_count; i++) {
        kept->event.fields[i].key = keep_text(&room, event->fields[i].key);
        kept->event.fields[i].value = keep_text(&room, event->fields[i].value);
    }
}

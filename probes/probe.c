/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "hostfs.h"
#include "journal_limits.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* POSIX asks the program to declare it; getenv is not on the list of calls. */
extern char **environ;

enum {
    CHECKSUM_BYTES = 11, /* " #xxxxxxxx\n" */
    BODY_BYTES = JOURNAL_LINE_MAX - CHECKSUM_BYTES,
    CUT_BYTES = sizeof JOURNAL_CUT_MARK - 1,
    NUMBER_BYTES = 21, /* a 64-bit number in decimal, its NUL included */
};

static struct {
    const char *shape;
    const char *nonce;
    const char *hostfs;
    const char *other;
    int keep;
    char directory[PROBE_DIRECTORY_BYTES];
} settings;

static struct {
    char bytes[JOURNAL_LINE_MAX];
    size_t length;
    unsigned long sequence;
    int lost;
} line;

const char *probe_shape(void)
{
    return settings.shape;
}

const char *probe_directory(void)
{
    return settings.directory;
}

const char *probe_nonce(void)
{
    return settings.nonce;
}

const char *probe_other(void)
{
    return settings.other;
}

const char *probe_hostfs(void)
{
    return settings.hostfs;
}

int probe_keeps(void)
{
    return settings.keep;
}

int journal_is_lost(void)
{
    return line.lost;
}

/*
 * Writes all bytes. One write(2) normally takes the whole line, so that another writer on the same
 * console cannot get between its bytes; but a console may take fewer, and a signal may come
 * between, and half a line would look damaged to the reader: so the rest is sent after it.
 */
static int write_all(int fd, const char *bytes, size_t size)
{
    while (size > 0) {
        ssize_t written = write(fd, bytes, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return -1;
        bytes += written;
        size -= (size_t)written;
    }
    return 0;
}

/* CRC-32 (ISO-HDLC), bit by bit: a line is short, and a table would be bytes to load in a guest. */
static unsigned long checksum(const char *bytes, size_t size)
{
    unsigned long crc = 0xffffffffUL;
    for (size_t i = 0; i < size; i++) {
        crc ^= (unsigned char)bytes[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ ((crc & 1) ? 0xedb88320UL : 0);
    }
    return (crc ^ 0xffffffffUL) & 0xffffffffUL;
}

/* Formats a number at the end of `digits` and returns where it starts. */
static const char *format_unsigned(char digits[NUMBER_BYTES], unsigned long long number)
{
    char *at = &digits[NUMBER_BYTES - 1];
    *at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return at;
}

static void put_raw(const char *text)
{
    for (; *text != '\0' && line.length < BODY_BYTES; text++)
        line.bytes[line.length++] = *text;
}

static int is_safe(unsigned char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           (byte >= '0' && byte <= '9') || (byte != '\0' && strchr("._/,:+@-", byte) != NULL);
}

/* Appends `text` percent-encoded, at most `limit` bytes of it and then the mark of a cut. */
static void put_encoded(const char *text, size_t limit)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t used = 0;
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char)*text;
        size_t size = is_safe(byte) ? 1 : 3;
        if (used + size > limit) {
            put_raw(JOURNAL_CUT_MARK);
            return;
        }
        char encoded[4] = {*text, '\0', '\0', '\0'};
        if (size == 3) {
            encoded[0] = '%';
            encoded[1] = hex[byte >> 4];
            encoded[2] = hex[byte & 15];
        }
        put_raw(encoded);
        used += size;
    }
}

void start_line(const char *event, const char *subject)
{
    char digits[NUMBER_BYTES];
    line.length = 0;
    put_raw("ROJ1 ");
    put_raw(settings.nonce);
    put_raw(" ");
    put_raw(format_unsigned(digits, line.sequence));
    put_raw(" ");
    put_raw(event);
    put_raw(" ");
    put_encoded(subject, JOURNAL_SUBJECT_MAX);
}

void add_text(const char *key, const char *value)
{
    size_t room = BODY_BYTES - line.length;
    size_t overhead = 1 + strlen(key) + 1 + CUT_BYTES;
    if (room < overhead)
        return; /* a field without its value would break the grammar */
    room -= overhead;
    put_raw(" ");
    put_raw(key);
    put_raw("=");
    put_encoded(value, room < JOURNAL_VALUE_MAX ? room : JOURNAL_VALUE_MAX);
}

void add_unsigned(const char *key, unsigned long long value)
{
    char digits[NUMBER_BYTES];
    add_text(key, format_unsigned(digits, value));
}

void add_number(const char *key, long long value)
{
    char digits[NUMBER_BYTES];
    struct text text = {.length = 0};
    text_add(&text, value < 0 ? "-" : "");
    text_add(&text, format_unsigned(digits, value < 0 ? 0ULL - (unsigned long long)value
                                                      : (unsigned long long)value));
    add_text(key, text.bytes);
}

void send_line(void)
{
    static const char hex[] = "0123456789abcdef";
    unsigned long crc = checksum(line.bytes, line.length);
    line.bytes[line.length++] = ' ';
    line.bytes[line.length++] = '#';
    for (int shift = 28; shift >= 0; shift -= 4)
        line.bytes[line.length++] = hex[(crc >> shift) & 15];
    line.bytes[line.length++] = '\n';
    line.sequence++;
    int saved = errno;
    if (!line.lost && write_all(STDOUT_FILENO, line.bytes, line.length) != 0)
        line.lost = 1;
    errno = saved;
}

void text_add(struct text *text, const char *more)
{
    for (; *more != '\0' && text->length < sizeof text->bytes - 1; more++)
        text->bytes[text->length++] = *more;
    text->bytes[text->length] = '\0';
}

void text_add_unsigned(struct text *text, unsigned long long number)
{
    char digits[NUMBER_BYTES];
    text_add(text, format_unsigned(digits, number));
}

void text_add_errno(struct text *text, int number)
{
    text_add(text, errno_name(number));
    text_add(text, ":");
    text_add_unsigned(text, (unsigned long long)number);
}

static int usage(const char *wrong)
{
    struct text text = {.length = 0};
    text_add(&text, settings.shape);
    text_add(&text, ": ");
    text_add(&text, wrong);
    text_add(&text, "; usage: " HOSTFS_ARGUMENT
                    "--dir=DIR --nonce=NONCE [--keep] [--other=DIR], or " HOSTFS_VARIABLE
                    "RO_DIR, RO_NONCE, RO_KEEP=1\n");
    (void)write_all(STDERR_FILENO, text.bytes, text.length);
    return PROBE_USAGE;
}

/* The value when `entry` reads NAME=VALUE with this name, else NULL. */
static const char *value_of(const char *entry, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(entry, name, length) != 0 || entry[length] != '=')
        return NULL;
    return entry + length + 1;
}

static const char *environment(const char *name)
{
    for (char **entry = environ; entry != NULL && *entry != NULL; entry++) {
        const char *value = value_of(*entry, name);
        if (value != NULL)
            return value;
    }
    return NULL;
}

static int is_nonce(const char *text)
{
    size_t length = strlen(text);
    return length >= JOURNAL_NONCE_MIN && length <= JOURNAL_NONCE_MAX &&
           strspn(text, "0123456789abcdefghijklmnopqrstuvwxyz") == length;
}

static int take_directory(const char *directory)
{
    size_t length = strlen(directory);
    while (length > 1 && directory[length - 1] == '/')
        length--; /* "/tmp/" and "/tmp" name the same paths in the journal */
    if (length == 0)
        return usage("the work directory is empty");
    if (length >= sizeof settings.directory)
        return usage("the work directory's path has more than 1023 bytes");
    memcpy(settings.directory, directory, length);
    settings.directory[length] = '\0';
    return 0;
}

int read_settings(int argc, char **argv, const char *shape)
{
    const char *directory = environment("RO_DIR");
    const char *keep = environment("RO_KEEP");
    settings.shape = shape;
    settings.nonce = environment("RO_NONCE");
    settings.hostfs = MOUNTS_HOSTFS ? environment("RO_HOSTFS") : NULL;
    for (int i = 1; i < argc; i++) {
        const char *value = NULL;
        if ((value = value_of(argv[i], "--dir")) != NULL)
            directory = value;
        else if ((value = value_of(argv[i], "--nonce")) != NULL)
            settings.nonce = value;
        else if ((value = value_of(argv[i], "--other")) != NULL)
            settings.other = value;
        else if (strcmp(argv[i], "--keep") == 0)
            keep = "1";
        else if (MOUNTS_HOSTFS && (value = value_of(argv[i], "--hostfs")) != NULL)
            settings.hostfs = value;
        else
            return usage("an argument that it does not know");
    }
    if (MOUNTS_HOSTFS && (settings.hostfs == NULL || settings.hostfs[0] != '/'))
        return usage("no absolute directory to mount hostfs on");
    if (directory == NULL)
        return usage("no work directory");
    if (settings.nonce == NULL)
        return usage("no nonce");
    if (!is_nonce(settings.nonce))
        return usage("the nonce must be 8 to 32 of 0-9a-z");
    if (keep != NULL && strcmp(keep, "1") != 0 && strcmp(keep, "0") != 0 && keep[0] != '\0')
        return usage("RO_KEEP must be 1, 0 or empty");
    settings.keep = keep != NULL && strcmp(keep, "1") == 0;
    return take_directory(directory);
}

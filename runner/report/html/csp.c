/* SPDX-License-Identifier: MIT */
#include "report/html/csp.h"

#include <sha2.h>
#include <stdint.h>
#include <string.h>

/* RFC 4648, for a length that leaves two bytes over, as 32 does. */
static void write_base64(FILE *out, const uint8_t digest[SHA256_DIGEST_LENGTH])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i += 3) {
        uint32_t third = i + 2 < SHA256_DIGEST_LENGTH ? digest[i + 2] : 0;
        uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | third;
        (void)fprintf(out, "%c%c%c%c", digits[group >> 18], digits[group >> 12 & 63],
                      digits[group >> 6 & 63],
                      i + 2 < SHA256_DIGEST_LENGTH ? digits[group & 63] : '=');
    }
}

void csp_write_hash(FILE *out, const char *text)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX context;

    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)text, strlen(text));
    SHA256Final(digest, &context);
    (void)fputs("'sha256-", out);
    write_base64(out, digest);
    (void)fputc('\'', out);
}

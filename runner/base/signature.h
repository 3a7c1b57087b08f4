/* SPDX-License-Identifier: MIT */
#ifndef RO_SIGNATURE_H
#define RO_SIGNATURE_H

#include "base/cleanup.h"
#include "base/digest.h"
#include "base/error.h"

#include <stddef.h>

/**
 * Who vouches for a file: a detached signature beside it, made and checked by OpenSSH's ssh-keygen
 * (-Y sign, -Y verify) in a namespace of its own, so that a signature made for anything else does
 * not count. A digest shows damage; only this shows who it was. ssh-keygen is never left to ask
 * anybody for anything, and what does not answer within 10 seconds is ended.
 */
#define SIGNATURE_NAMESPACE "rename-oracle"
#define SIGNATURE_SUFFIX ".sig"

/**
 * Signs all that can be read from `fd`, whose offset does not matter, with the private key in the
 * file `key`, or with that of an agent to which the public key in it belongs. Returns the
 * signature's text, to be freed, or NULL: ERROR_ENVIRONMENT (no ssh-keygen, no such key, a
 * passphrase would be needed), ERROR_DEADLINE, ERROR_MEMORY.
 */
char *signature_make(const char *key, int fd, struct error *error);

/** Whether the key can sign at all, found out before there is anything to lose. Returns 0, or -1 as
 * above. */
int signature_try(const char *key, struct error *error);

/** Whose signatures count: an allowed_signers file of ssh-keygen(1), read once. */
struct signers {
    int fd; /* its content; -1 when released */
    char digest[DIGEST_SIZE];
};

#define CLEANUP_SIGNERS CLEANUP(signers_release)

/** Returns 0, or -1: ERROR_ENVIRONMENT (unreadable, no ssh-keygen), ERROR_INPUT (no line of it
 * names a key). */
int signers_load(struct signers *signers, const char *path, struct error *error);
void signers_release(struct signers *signers);

/** One signature to be checked. */
struct signature_check {
    const void *bytes; /* that were signed */
    size_t length;
    const void *signature;
    size_t signature_length;
    long long now; /* seconds since 1970: keys can be limited in time */
};

/**
 * Checks a signature. Returns 0 with the signer's name in `*name` (to be freed) when one of the
 * signers made it over just these bytes; 1 with the reason there when none did; -1 when that could
 * not be found out: ERROR_ENVIRONMENT, ERROR_DEADLINE, ERROR_MEMORY.
 */
int signature_check(const struct signers *signers, const struct signature_check *check, char **name,
                    struct error *error);

#endif

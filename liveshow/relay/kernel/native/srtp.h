/* SRTP towards viewers: RFC 3711 (AES-CM, HMAC-SHA1-80) and RFC 7714 (AES-128-GCM). */
#ifndef LIVESHOW_SRTP_H
#define LIVESHOW_SRTP_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SRTP_KEY = 16,
    SRTP_AUTH_KEY = 20,
    SRTP_SALT = 14,       /* AES-CM; GCM has 12 */
    SRTP_GCM_SALT = 12,
    SRTP_GCM_TAG = 16,
    SRTP_SHA1_TAG = 10,
    SRTP_TRAILER = 16     /* bytes that protection adds at most */
};

enum srtp_profile { SRTP_GCM, SRTP_SHA1 };

/* Keys of one session (RFC 3711 §4.3.1). */
struct srtp_keys {
    uint8_t key[SRTP_KEY];
    uint8_t auth[SRTP_AUTH_KEY];
    uint8_t salt[SRTP_SALT];
};

/* State of one path, made once; per packet only the IV is set. */
struct srtp {
    enum srtp_profile profile;
    EVP_CIPHER_CTX *cipher;
    EVP_MD_CTX *inner, *outer; /* of HMAC (RFC 2104): SHA-1 after the padded key */
    uint8_t salt[SRTP_SALT];
};

/* Derive session keys with a key derivation rate of 0. `salt` has 14 bytes; that of GCM ends in
 * zeros. */
bool srtp_derive(const uint8_t *key, const uint8_t *salt, struct srtp_keys *keys);

/* False: no memory, or an OpenSSL without these ciphers. Nothing is to be freed then. */
bool srtp_open(struct srtp *srtp, enum srtp_profile profile, const struct srtp_keys *keys);
void srtp_close(struct srtp *srtp);

/* The number of bytes that protection adds. */
static inline size_t srtp_tag(const struct srtp *srtp)
{
    return srtp->profile == SRTP_GCM ? SRTP_GCM_TAG : SRTP_SHA1_TAG;
}

/* Protect a packet of which `head` bytes of header stand at `out`: encrypt `size` bytes of
 * `plain` (which may be `out + head`) behind them, append the tag.
 *
 * `index` has 48 bits: roll-over counter and sequence number. `scratch` is owned by the calling
 * thread. Returns the size of the packet, 0 when OpenSSL failed. */
size_t srtp_protect(const struct srtp *srtp, EVP_MD_CTX *scratch, uint8_t *out, size_t head,
                    const uint8_t *plain, size_t size, uint32_t ssrc, uint64_t index);

#endif

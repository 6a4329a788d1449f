#include "srtp.h"

#include "bytes.h"

#include <openssl/crypto.h>
#include <string.h>

enum { BLOCK = 64 }; /* bytes of a block of SHA-1 */
enum { LABEL_KEY = 0, LABEL_AUTH = 1, LABEL_SALT = 2 };

/* Write the key stream of AES-CM from `iv` on: the output of the derivation function. */
static bool keystream(const uint8_t *key, const uint8_t *iv, uint8_t *out, int size)
{
    static const uint8_t zeros[SRTP_AUTH_KEY];
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int written = 0;
    bool done = cipher != NULL && EVP_EncryptInit_ex(cipher, EVP_aes_128_ctr(), NULL, key, iv) == 1
                && EVP_EncryptUpdate(cipher, out, &written, zeros, size) == 1 && written == size;
    EVP_CIPHER_CTX_free(cipher);
    return done;
}

bool srtp_derive(const uint8_t *key, const uint8_t *salt, struct srtp_keys *keys)
{
    struct { uint8_t label; uint8_t *out; int size; } wanted[] = {
        {LABEL_KEY, keys->key, SRTP_KEY},
        {LABEL_AUTH, keys->auth, SRTP_AUTH_KEY},
        {LABEL_SALT, keys->salt, SRTP_SALT},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        uint8_t iv[16] = {0};
        memcpy(iv, salt, SRTP_SALT);
        iv[7] ^= wanted[i].label;
        if (!keystream(key, iv, wanted[i].out, wanted[i].size))
            return false;
    }
    return true;
}

static EVP_MD_CTX *hmac_half(const uint8_t *key, uint8_t pad)
{
    uint8_t block[BLOCK];
    memset(block, pad, sizeof block);
    for (size_t i = 0; i < SRTP_AUTH_KEY; i++)
        block[i] ^= key[i];
    EVP_MD_CTX *half = EVP_MD_CTX_new();
    if (half != NULL
        && (EVP_DigestInit_ex(half, EVP_sha1(), NULL) != 1
            || EVP_DigestUpdate(half, block, sizeof block) != 1)) {
        EVP_MD_CTX_free(half);
        half = NULL;
    }
    OPENSSL_cleanse(block, sizeof block);
    return half;
}

bool srtp_open(struct srtp *srtp, enum srtp_profile profile, const struct srtp_keys *keys)
{
    memset(srtp, 0, sizeof *srtp);
    srtp->profile = profile;
    memcpy(srtp->salt, keys->salt, SRTP_SALT);
    const EVP_CIPHER *kind = profile == SRTP_GCM ? EVP_aes_128_gcm() : EVP_aes_128_ctr();
    srtp->cipher = EVP_CIPHER_CTX_new();
    bool done = srtp->cipher != NULL
                && EVP_EncryptInit_ex(srtp->cipher, kind, NULL, keys->key, NULL) == 1;
    if (done && profile == SRTP_SHA1) {
        srtp->inner = hmac_half(keys->auth, 0x36);
        srtp->outer = hmac_half(keys->auth, 0x5C);
        done = srtp->inner != NULL && srtp->outer != NULL;
    }
    if (!done)
        srtp_close(srtp);
    return done;
}

void srtp_close(struct srtp *srtp)
{
    EVP_CIPHER_CTX_free(srtp->cipher);
    EVP_MD_CTX_free(srtp->inner);
    EVP_MD_CTX_free(srtp->outer);
    OPENSSL_cleanse(srtp, sizeof *srtp);
}

/* RFC 7714 §8.1 and §9: header and payload are authenticated, the payload is encrypted. */
static size_t protect_gcm(const struct srtp *srtp, uint8_t *out, size_t head,
                          const uint8_t *plain, size_t size, uint32_t ssrc, uint64_t index)
{
    uint8_t iv[SRTP_GCM_SALT] = {0};
    int written = 0;
    put32(iv + 2, ssrc);
    put32(iv + 6, (uint32_t)(index >> 16));
    put16(iv + 10, (uint32_t)index);
    for (size_t i = 0; i < sizeof iv; i++)
        iv[i] ^= srtp->salt[i];
    EVP_CIPHER_CTX *cipher = srtp->cipher;
    if (EVP_EncryptInit_ex(cipher, NULL, NULL, NULL, iv) != 1
        || EVP_EncryptUpdate(cipher, NULL, &written, out, (int)head) != 1
        || (size > 0 && EVP_EncryptUpdate(cipher, out + head, &written, plain, (int)size) != 1)
        || EVP_EncryptFinal_ex(cipher, out + head + size, &written) != 1
        || EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_AEAD_GET_TAG, SRTP_GCM_TAG, out + head + size) != 1)
        return 0;
    return head + size + SRTP_GCM_TAG;
}

/* RFC 3711 §4.2: the tag covers header, encrypted payload and roll-over counter. */
static bool hmac(const struct srtp *srtp, EVP_MD_CTX *scratch, const uint8_t *data, size_t size,
                 uint32_t rollover, uint8_t *tag)
{
    uint8_t counter[4], digest[EVP_MAX_MD_SIZE];
    unsigned int length = 0;
    put32(counter, rollover);
    if (EVP_MD_CTX_copy_ex(scratch, srtp->inner) != 1
        || EVP_DigestUpdate(scratch, data, size) != 1
        || EVP_DigestUpdate(scratch, counter, sizeof counter) != 1
        || EVP_DigestFinal_ex(scratch, digest, &length) != 1
        || EVP_MD_CTX_copy_ex(scratch, srtp->outer) != 1
        || EVP_DigestUpdate(scratch, digest, length) != 1
        || EVP_DigestFinal_ex(scratch, digest, &length) != 1)
        return false;
    memcpy(tag, digest, SRTP_SHA1_TAG);
    return true;
}

/* RFC 3711 §4.1.1: AES-CM with HMAC-SHA1. */
static size_t protect_sha1(const struct srtp *srtp, EVP_MD_CTX *scratch, uint8_t *out, size_t head,
                           const uint8_t *plain, size_t size, uint32_t ssrc, uint64_t index)
{
    uint8_t iv[16] = {0};
    int written = 0;
    put32(iv + 4, ssrc);
    put32(iv + 8, (uint32_t)(index >> 16));
    put16(iv + 12, (uint32_t)index);
    for (size_t i = 0; i < SRTP_SALT; i++)
        iv[i] ^= srtp->salt[i];
    if (EVP_EncryptInit_ex(srtp->cipher, NULL, NULL, NULL, iv) != 1
        || (size > 0 && EVP_EncryptUpdate(srtp->cipher, out + head, &written, plain, (int)size) != 1)
        || !hmac(srtp, scratch, out, head + size, (uint32_t)(index >> 16), out + head + size))
        return 0;
    return head + size + SRTP_SHA1_TAG;
}

size_t srtp_protect(const struct srtp *srtp, EVP_MD_CTX *scratch, uint8_t *out, size_t head,
                    const uint8_t *plain, size_t size, uint32_t ssrc, uint64_t index)
{
    if (srtp->profile == SRTP_GCM)
        return protect_gcm(srtp, out, head, plain, size, ssrc, index);
    return protect_sha1(srtp, scratch, out, head, plain, size, ssrc, index);
}

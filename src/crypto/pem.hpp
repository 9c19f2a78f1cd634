#pragma once

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <climits>
#include <string_view>

#include "crypto/openssl.hpp"

namespace gatehouse::crypto {

using MemoryBio = OpensslPointer<BIO, BIO_free_all>;

/// Without this OpenSSL would ask for a passphrase on the terminal.
inline int refuse_passphrase(char*, int, int, void*) { return -1; }

/// The first object in a PEM text (RFC 7468) that `read`, one of OpenSSL's PEM_read_bio_ functions, can read; null
/// if there is none. Leaves OpenSSL's queue of errors empty. Only crypto/ and jose/ include this.
template <class Object, void (*release)(Object*)>
OpensslPointer<Object, release> read_pem(std::string_view pem,
                                         Object* (*read)(BIO*, Object**, pem_password_cb*, void*)) {
  if (pem.empty() || pem.size() > INT_MAX) return nullptr;
  const auto bio = require_object<MemoryBio>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), "read PEM");
  OpensslPointer<Object, release> object{read(bio.get(), nullptr, refuse_passphrase, nullptr)};
  ERR_clear_error();
  return object;
}

}  // namespace gatehouse::crypto

#pragma once

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <memory>

namespace gatehouse::crypto {

/// OpenSSL's objects with their owners. Only crypto/ and jose/ include this.
template <class Object, void (*release)(Object*)>
struct OpensslDeleter {
  void operator()(Object* object) const noexcept { release(object); }
};

template <class Object, void (*release)(Object*)>
using OpensslPointer = std::unique_ptr<Object, OpensslDeleter<Object, release>>;

using Digest = OpensslPointer<EVP_MD, EVP_MD_free>;
using DigestContext = OpensslPointer<EVP_MD_CTX, EVP_MD_CTX_free>;
using Kdf = OpensslPointer<EVP_KDF, EVP_KDF_free>;
using KdfContext = OpensslPointer<EVP_KDF_CTX, EVP_KDF_CTX_free>;
using KeyPair = OpensslPointer<EVP_PKEY, EVP_PKEY_free>;
using PublicKeyContext = OpensslPointer<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;

/// Throws std::runtime_error, naming what failed, unless OpenSSL answered 1. Clears its queue of errors.
void require_openssl(int answer, const char* what);

/// The same for a call that returns an object.
template <class Owner>
Owner require_object(typename Owner::pointer object, const char* what) {
  require_openssl(object != nullptr ? 1 : 0, what);
  return Owner{object};
}

}  // namespace gatehouse::crypto

#include "jose/ecdsa_signature.hpp"

#include <openssl/bn.h>
#include <openssl/ec.h>

#include "crypto/openssl.hpp"

namespace gatehouse::jose {
namespace {

using EcdsaSignature = crypto::OpensslPointer<ECDSA_SIG, ECDSA_SIG_free>;
using Number = crypto::OpensslPointer<BIGNUM, BN_free>;

constexpr int number_bytes = p256_signature_bytes / 2;

Number read_number(std::string_view bytes) {
  return crypto::require_object<Number>(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()), nullptr),
      "read a number");
}

}  // namespace

std::optional<std::string> ecdsa_signature_to_der(std::string_view raw) {
  // The only check here. The verification checks anyway whether the numbers are in range.
  if (raw.size() != p256_signature_bytes) return std::nullopt;
  Number r = read_number(raw.substr(0, number_bytes));
  Number s = read_number(raw.substr(number_bytes));
  const auto signature = crypto::require_object<EcdsaSignature>(ECDSA_SIG_new(), "create an ECDSA signature");
  crypto::require_openssl(ECDSA_SIG_set0(signature.get(), r.get(), s.get()), "fill an ECDSA signature");
  // The signature owns both numbers from here.
  [[maybe_unused]] const auto* owned_r = r.release();
  [[maybe_unused]] const auto* owned_s = s.release();

  const int length = i2d_ECDSA_SIG(signature.get(), nullptr);
  crypto::require_openssl(length > 0 ? 1 : 0, "encode an ECDSA signature");
  std::string der(static_cast<std::size_t>(length), '\0');
  auto* to = reinterpret_cast<unsigned char*>(der.data());
  crypto::require_openssl(i2d_ECDSA_SIG(signature.get(), &to) == length ? 1 : 0, "encode an ECDSA signature");
  return der;
}

std::string ecdsa_signature_from_der(std::string_view der) {
  const auto* from = reinterpret_cast<const unsigned char*>(der.data());
  const auto signature = crypto::require_object<EcdsaSignature>(
      d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(der.size())), "read an ECDSA signature");
  std::string raw(p256_signature_bytes, '\0');
  auto* to = reinterpret_cast<unsigned char*>(raw.data());
  // Padded: a number that happens to be small must not make the signature shorter.
  const int r = BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, number_bytes);
  const int s = BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + number_bytes, number_bytes);
  crypto::require_openssl(r == number_bytes && s == number_bytes ? 1 : 0, "write an ECDSA signature");
  return raw;
}

}  // namespace gatehouse::jose

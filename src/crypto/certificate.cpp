#include "crypto/certificate.hpp"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "crypto/pem.hpp"

namespace gatehouse::crypto {
namespace {

using Certificate = OpensslPointer<X509, X509_free>;
using Store = OpensslPointer<X509_STORE, X509_STORE_free>;
using Verification = OpensslPointer<X509_STORE_CTX, X509_STORE_CTX_free>;

void release_stack(STACK_OF(X509) * stack) { sk_X509_free(stack); }

std::vector<Certificate> read_chain(std::string_view pem) {
  constexpr std::string_view end_line = "-----END CERTIFICATE-----";
  std::vector<Certificate> chain;
  while (auto certificate = read_pem<X509, X509_free>(pem, PEM_read_bio_X509)) {
    chain.push_back(std::move(certificate));
    const auto end = pem.find(end_line);
    if (end == std::string_view::npos) break;
    pem.remove_prefix(end + end_line.size());
  }
  return chain;
}

TimePoint end_of(const Certificate& certificate) {
  std::tm utc{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &utc) != 1) return {};
  return from_unix_us(static_cast<std::int64_t>(::timegm(&utc)) * 1'000'000);
}

/// Uses what is in the chain and the authorities of this machine; periods of validity do not matter.
bool leads_to_authority(const std::vector<Certificate>& chain) {
  X509* const leaf = chain.front().get();
  if (X509_check_issued(leaf, leaf) == X509_V_OK) return true;
  const auto store = require_object<Store>(X509_STORE_new(), "X509_STORE_new");
  X509_STORE_set_default_paths(store.get());
  X509_STORE_set_flags(store.get(), X509_V_FLAG_NO_CHECK_TIME);
  const OpensslPointer<STACK_OF(X509), release_stack> others{sk_X509_new_null()};
  for (const Certificate& other : chain) {
    // If the file itself contains an authority, its clients have to know that one.
    const bool is_authority = &other != &chain.front() && X509_check_issued(other.get(), other.get()) == X509_V_OK;
    if (is_authority) X509_STORE_add_cert(store.get(), other.get());
    sk_X509_push(others.get(), other.get());
  }
  const auto verification = require_object<Verification>(X509_STORE_CTX_new(), "X509_STORE_CTX_new");
  X509_STORE_CTX_init(verification.get(), store.get(), leaf, others.get());
  const bool complete = X509_verify_cert(verification.get()) == 1 ||
                        (X509_STORE_CTX_get_error(verification.get()) != X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY &&
                         X509_STORE_CTX_get_error(verification.get()) != X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE);
  ERR_clear_error();
  return complete;
}

}  // namespace

std::optional<ChainState> state_of(std::string_view chain_pem) {
  const std::vector<Certificate> chain = read_chain(chain_pem);
  if (chain.empty()) return std::nullopt;
  const auto first_to_end = std::ranges::min_element(chain, {}, end_of);
  return ChainState{.expires_at = end_of(*first_to_end), .leads_to_authority = leads_to_authority(chain)};
}

CertificateFault fault_of(std::string_view chain_pem, std::string_view key_pem) {
  const auto certificate = read_pem<X509, X509_free>(chain_pem, PEM_read_bio_X509);
  if (!certificate) return CertificateFault::certificate_unreadable;
  const auto key = read_pem<EVP_PKEY, EVP_PKEY_free>(key_pem, PEM_read_bio_PrivateKey);
  if (!key) return CertificateFault::key_unreadable;
  const int belongs = X509_check_private_key(certificate.get(), key.get());
  ERR_clear_error();
  return belongs == 1 ? CertificateFault::none : CertificateFault::key_of_another;
}

}  // namespace gatehouse::crypto

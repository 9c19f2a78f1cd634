#include "idempotency/repetition_keys.hpp"

#include <algorithm>
#include <utility>

#include "crypto/kdf.hpp"

namespace gatehouse::idempotency {
namespace {

/// Neither a principal nor a key contains a line feed.
std::string place_of(const KeyedRequest& request) {
  return std::string{request.principal}.append("\n").append(request.key).append("\n").append(request.fingerprint);
}

}  // namespace

RepetitionKeys::RepetitionKeys(std::span<const SecretString> secrets) : sealing_(kind, secrets) {
  marking_.resize(secrets.size());
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    crypto::derive_key(secrets[i].reveal(), "gatehouse idempotency fingerprint v1", marking_[i]);
  }
}

RepetitionKeys::~RepetitionKeys() {
  for (MarkKey& key : marking_) wipe_memory(key.data(), key.size());
}

std::string RepetitionKeys::mark(const MarkKey& key, std::string_view fingerprint) {
  std::string mark(key.size(), '\0');
  const std::string_view secret{reinterpret_cast<const char*>(key.data()), key.size()};
  crypto::derive_key(secret, fingerprint, std::as_writable_bytes(std::span{mark}));
  return mark;
}

std::string RepetitionKeys::mark(std::string_view fingerprint) const { return mark(marking_.front(), fingerprint); }

bool RepetitionKeys::is_mark_of(std::string_view stored, std::string_view fingerprint) const {
  return std::ranges::any_of(marking_, [&](const MarkKey& key) {
    const std::string own = mark(key, fingerprint);
    return equal_in_constant_time(stored, own);
  });
}

std::string RepetitionKeys::seal(const KeyedRequest& request, std::string_view answer, crypto::Random& random) const {
  std::string sealed(crypto::SealingKeys::overhead_bytes + answer.size(), '\0');
  sealing_.seal(answer, random, sealed.data(), place_of(request));
  return sealed;
}

std::optional<SecretString> RepetitionKeys::open(const KeyedRequest& request, std::string_view sealed) const {
  if (sealed.size() < crypto::SealingKeys::overhead_bytes) return std::nullopt;
  std::string answer(sealed.size() - crypto::SealingKeys::overhead_bytes, '\0');
  std::optional<SecretString> opened;
  if (sealing_.open(sealed, answer.data(), place_of(request))) opened.emplace(answer);
  wipe_memory(answer.data(), answer.size());
  return opened;
}

}  // namespace gatehouse::idempotency

#pragma once

#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace gatehouse::crypto {

/// What is wrong with a certificate chain and a private key that are meant to serve TLS together.
enum class CertificateFault {
  none,
  certificate_unreadable,  ///< no PEM certificate where the chain should begin
  key_unreadable,          ///< no PEM private key, or one with a passphrase
  key_of_another,          ///< the key does not belong to the certificate
};

/// What every client will find in a chain.
struct ChainState {
  TimePoint expires_at;  ///< when the first of its certificates expires
  /// False if a certificate's issuer is neither in the chain nor an authority of this machine. True if the leaf is its
  /// own issuer.
  bool leads_to_authority;
};

/// Reads a chain in PEM form, leaf first; nothing if it does not begin with a certificate. Blocks: it reads the
/// system's authorities. Any thread.
[[nodiscard]] std::optional<ChainState> state_of(std::string_view chain_pem);

/// Checks PEM texts. It changes nothing and never asks for a passphrase. Any thread.
[[nodiscard]] CertificateFault fault_of(std::string_view chain_pem, std::string_view key_pem);

}  // namespace gatehouse::crypto

#pragma once

#include <string_view>

namespace gatehouse::crypto {

/// What is wrong with a certificate chain and a private key that are meant to serve TLS together.
enum class CertificateFault {
  none,
  certificate_unreadable,  ///< no PEM certificate where the chain should begin
  key_unreadable,          ///< no PEM private key, or one behind a passphrase
  key_of_another,          ///< the key is not the certificate's
};

/// Checks PEM texts. It changes nothing and never asks for a passphrase. Any thread.
[[nodiscard]] CertificateFault fault_of(std::string_view chain_pem, std::string_view key_pem);

}  // namespace gatehouse::crypto

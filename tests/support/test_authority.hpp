#pragma once

#include <string>

#include "support/temporary_directory.hpp"
#include "support/tls_proxy.hpp"

namespace gatehouse::testing {

/// A certificate authority for one test. Needs the openssl program; throws std::runtime_error without it.
class TestAuthority {
 public:
  TestAuthority();

  /// Path of its own certificate, PEM.
  [[nodiscard]] std::string certificate_path() const { return path("ca.pem"); }

  /// A certificate for one DNS name, issued by this authority and valid for a day.
  [[nodiscard]] TlsProxy::Certificate issue(const std::string& dns_name) const;

 private:
  [[nodiscard]] std::string path(const std::string& file) const { return (directory_.path() / file).string(); }

  TemporaryDirectory directory_;
};

}  // namespace gatehouse::testing

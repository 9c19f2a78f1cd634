#include "support/test_authority.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace gatehouse::testing {

namespace {

/// `openssl req` with a new P-256 key.
std::string request(const std::string& subject, const std::string& key_path) {
  return "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=" + subject + "' -keyout " + key_path;
}

void openssl(const std::string& arguments) {
  const auto command = "openssl " + arguments + " 2>/dev/null";
  if (std::system(command.c_str()) != 0) {  // NOLINT(concurrency-mt-unsafe): tests start it before any thread
    throw std::runtime_error("failed: " + command);
  }
}

}  // namespace

TestAuthority::TestAuthority() {
  openssl(request("Gatehouse test authority", path("ca.key")) + " -x509 -days 1 -out " + certificate_path());
}

TlsProxy::Certificate TestAuthority::issue(const std::string& dns_name) const {
  const TlsProxy::Certificate certificate{path(dns_name + ".pem"), path(dns_name + ".key")};
  const auto unsigned_path = path(dns_name + ".csr");
  const auto extensions = path(dns_name + ".ext");
  std::ofstream{extensions} << "subjectAltName = DNS:" << dns_name << "\n";
  openssl(request(dns_name, certificate.key_path) + " -out " + unsigned_path);
  openssl("x509 -req -days 1 -in " + unsigned_path + " -CA " + certificate_path() + " -CAkey " + path("ca.key") +
          " -CAcreateserial -extfile " + extensions + " -out " + certificate.chain_path);
  return certificate;
}

}  // namespace gatehouse::testing

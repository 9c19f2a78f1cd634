#include "http/certificate_advice.hpp"

#include <string>

#include "config/checks.hpp"
#include "crypto/certificate.hpp"

namespace gatehouse::http {

config::Mistakes certificate_advice(const ServerSettings& settings, TimePoint now) {
  if (settings.tls_cert.empty()) return {};
  const auto chain_pem = config::read_pem_file(settings.tls_cert);
  const auto state = chain_pem ? crypto::state_of(*chain_pem) : std::nullopt;
  if (!state) return {};  // the settings' own check reports it
  config::Mistakes advice;
  const auto days_left = std::chrono::floor<std::chrono::days>(state->expires_at - now);
  if (state->expires_at <= now) {
    advice.push_back({"TLS_CERT", "has expired: clients refuse it", "renew it, then send SIGHUP"});
  } else if (days_left < certificate_notice) {
    advice.push_back(
        {"TLS_CERT", "expires in " + std::to_string(days_left.count()) + " days", "renew it, then send SIGHUP"});
  }
  if (!state->leads_to_authority) {
    advice.push_back({"TLS_CERT", "does not lead to an authority that this machine knows: clients may refuse it",
                      "append the intermediate certificates (fullchain.pem); with an authority of your own, its "
                      "certificate as well"});
  }
  return advice;
}

}  // namespace gatehouse::http

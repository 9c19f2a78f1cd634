#include "mail/transport_choice.hpp"

#include <utility>

#include "mail/smtp_transport.hpp"

namespace gatehouse::mail {

bool has_transport(const MailSettings& settings, config::Environment environment) {
  return settings.server.is_set() || environment == config::Environment::development;
}

std::unique_ptr<Transport> make_transport(const MailSettings& settings, config::Environment environment,
                                          FileTransport::Tell tell) {
  if (settings.server.is_set()) return std::make_unique<SmtpTransport>(settings);
  if (!has_transport(settings, environment)) return std::make_unique<NoTransport>();
  return std::make_unique<FileTransport>(outbox_folder, std::move(tell));
}

}  // namespace gatehouse::mail

#pragma once

#include "database/announcement.hpp"
#include "mail/model.hpp"

namespace gatehouse::mail {

/// A mail waits to be sent. Listeners look for all waiting mails, so which one was announced does not matter.
inline constexpr database::Topic<MailId> mail_topic{"mail"};

}  // namespace gatehouse::mail

#pragma once

#include "database/announcement.hpp"
#include "mail/model.hpp"

namespace gatehouse::mail {

/// A mail waits to be sent; which one does not matter to those who look for all of them.
inline constexpr database::Topic<MailId> mail_topic{"mail"};

}  // namespace gatehouse::mail

#pragma once

#include "database/change_bell.hpp"
#include "mail/topics.hpp"

namespace gatehouse::mail {

/// Wakes the courier when a mail was written, by this process or another one.
class MailBell final : public database::ChangeBell {
 public:
  MailBell() : ChangeBell({mail_topic.name}) {}
};

}  // namespace gatehouse::mail

#pragma once

#include <memory>

#include "jobs/job.hpp"
#include "mail/courier.hpp"

namespace gatehouse::jobs {

/// The job `mail_delivery`: sends the mails of the outbox, on every replica. Its run lasts until the service ends; the
/// interval applies after a run that failed. The job keeps the courier alive.
[[nodiscard]] Job mail_delivery(std::shared_ptr<mail::Courier> courier);

}  // namespace gatehouse::jobs

#pragma once

#include <memory>

#include "jobs/job.hpp"
#include "mail/courier.hpp"

namespace gatehouse::jobs {

/// The job `mail_delivery`: sends the mails of the outbox, on every replica. Its run lasts until the service ends; the
/// interval is for a run that failed. It keeps the courier.
[[nodiscard]] Job mail_delivery(std::shared_ptr<mail::Courier> courier);

}  // namespace gatehouse::jobs

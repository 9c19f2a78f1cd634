#include "jobs/mail_delivery.hpp"

#include <utility>

namespace gatehouse::jobs {

Job mail_delivery(std::shared_ptr<mail::Courier> courier) {
  auto run = [courier = std::move(courier)](const std::optional<Lease>& /*none*/) { return courier->run(); };
  return {
      .name = "mail_delivery", .interval = mail::Courier::look_interval, .lease = std::nullopt, .run = std::move(run)};
}

}  // namespace gatehouse::jobs

#include "api/access/access_trail.hpp"

#include <string>
#include <utility>

#include "api/access/origin.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {

using audit::EventType;

Task<> AuditedAccess::record(const http::Request& request, std::string_view reason, std::string_view scope) {
  audit::Event event{.type = EventType::key_refused,
                     .at = clock_.now(),
                     .origin = origin_of(request),
                     .outcome = audit::Outcome::refused,
                     .reason = reason};
  if (!scope.empty()) json::Writer{event.details}.begin_object().member("scope", scope).end_object();
  database::Change<void> change = audit::AuditStore::record(std::move(event));
  co_await database_.commit(std::move(change));
}

void AuditedAccess::count_refused(const http::Request& request, std::string_view reason) {
  tally_.add({.type = EventType::key_refused,
              .reason = reason,
              .actor = std::string{request.caller.name},
              .address = std::string{request.client.text}},
             clock_.now());
}

void AuditedAccess::count_limited(const http::Request& request, std::string_view policy) {
  tally_.add({.type = EventType::rate_limited,
              .reason = policy,
              .actor = std::string{request.caller.name},
              .address = std::string{request.client.text}},
             clock_.now());
}

}  // namespace gatehouse::api

#include "audit/event.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::audit {
namespace {

constexpr std::array<std::string_view, event_type_count> type_texts{
    "user.created",
    "user.updated",
    "user.deleted",
    "user.disabled",
    "user.enabled",
    "user.unlocked",
    "user.imported",
    "login.succeeded",
    "login.failed",
    "login.blocked",
    "logout",
    "session.revoked",
    "refresh.reused",
    "password.changed",
    "password.reset_requested",
    "password.reset",
    "password.locked",
    "email.verification_sent",
    "email.verified",
    "email.change_requested",
    "email.changed",
    "key.created",
    "key.rotated",
    "key.revoked",
    "key.refused",
    "signing_key.generated",
    "signing_key.promoted",
    "signing_key.retired",
    "signing_key.revoked",
    "device.added",
    "device.removed",
    "mail.failed",
    "rate.limited",
    "audit.pruned",
    "service.started",
    "service.stopped",
};
static_assert(!type_texts.back().empty());

constexpr std::array<std::string_view, 3> outcome_texts{"ok", "refused", "error"};
constexpr std::array<std::string_view, 4> kind_texts{"key", "user", "cli", "system"};

}  // namespace

std::string_view to_text(EventType type) { return type_texts[static_cast<std::size_t>(type)]; }

bool is_event_type(std::string_view text) { return std::ranges::find(type_texts, text) != type_texts.end(); }

std::string_view to_text(Outcome outcome) { return outcome_texts[static_cast<std::size_t>(outcome)]; }

bool is_outcome(std::string_view text) { return std::ranges::find(outcome_texts, text) != outcome_texts.end(); }

std::string_view to_text(ActorKind kind) { return kind_texts[static_cast<std::size_t>(kind)]; }

void write_event(json::Writer& writer, const StoredEvent& event) {
  writer.begin_object()
      .member("id", event.id)
      .member("type", event.type)
      .member("outcome", event.outcome)
      .member("reason", event.reason)
      .member("at", event.at);
  writer.key("actor").begin_object().member("kind", event.actor_kind).member("name", event.actor).end_object();
  writer.member("userId", event.user)
      .member("sessionId", event.session)
      .member("requestId", event.request_id)
      .member("ipAddress", event.address)
      .member("userAgent", event.user_agent);
  writer.key("details").json(event.details ? std::string_view{*event.details} : "null");
  writer.end_object();
}

}  // namespace gatehouse::audit

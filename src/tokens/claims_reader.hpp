#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/session_mark.hpp"
#include "base/time.hpp"
#include "json/reader.hpp"

namespace gatehouse::tokens {

/// Reads a token's claims from its JSON, keeping no text: issuer and audience are compared as they are read.
/// It is its own json::Sink.
class ClaimsReader {
 public:
  /// Both outlive the reader. One of the audiences is enough.
  ClaimsReader(std::string_view issuer, std::span<const std::string> audiences)
      : expected_issuer_(issuer), expected_audiences_(audiences) {}

  /// True if the JSON is a strict flat object with every required claim, each well typed, `id` equal to `sub` and times
  /// between the years 1970 and 9999. The answers below mean something only then.
  [[nodiscard]] bool from_json(std::string_view json);

  [[nodiscard]] bool issuer_matches() const { return *issuer_matches_; }
  [[nodiscard]] bool audience_matches() const { return *audience_matches_; }
  [[nodiscard]] UserId user() const { return {.value = *subject_}; }
  [[nodiscard]] SessionId session() const { return {.value = *session_}; }
  [[nodiscard]] const std::optional<SessionMark>& mark() const { return mark_; }
  [[nodiscard]] TimePoint issued_at() const { return *issued_at_; }
  [[nodiscard]] TimePoint expires_at() const { return *expires_at_; }

  /// The later one of `iat` and `nbf`.
  [[nodiscard]] TimePoint valid_from() const { return std::max(*issued_at_, not_before_.value_or(*issued_at_)); }

  bool on_name(std::string_view name);
  bool on_value(const json::Scalar& value);
  bool on_list() { return true; }
  /// Of the claims that are read, only `aud` may be a list.
  bool on_entry(const json::Scalar& entry);
  bool on_fault(json::Fault) { return false; }

 private:
  enum class Claim : std::uint8_t {
    issuer,
    audience,
    subject,
    session,
    mark,
    issued_at,
    expires_at,
    not_before,
    id,
    other
  };

  static Claim claim_named(std::string_view name);
  bool on_text(std::string_view text);
  bool on_number(std::int64_t number);

  Claim claim_ = Claim::other;  ///< the one whose value comes next
  std::string_view expected_issuer_;
  std::span<const std::string> expected_audiences_;
  std::optional<bool> issuer_matches_;
  std::optional<bool> audience_matches_;
  std::optional<std::int64_t> subject_;
  std::optional<std::int64_t> session_;
  std::optional<SessionMark> mark_;
  std::optional<std::int64_t> id_;
  std::optional<TimePoint> issued_at_;
  std::optional<TimePoint> expires_at_;
  std::optional<TimePoint> not_before_;
};

}  // namespace gatehouse::tokens

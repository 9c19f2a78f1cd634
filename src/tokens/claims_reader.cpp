#include "tokens/claims_reader.hpp"

#include <charconv>

#include "base/base64url.hpp"

namespace gatehouse::tokens {
namespace {

/// 9999-12-31T23:59:59Z: later times could not be written as ISO 8601, nor multiplied without care.
constexpr std::int64_t unix_seconds_max = 253'402'300'799;

/// A short name as one number, so that a switch can find it; 0 for every longer name.
constexpr std::uint32_t short_name(std::string_view name) {
  if (name.size() > sizeof(std::uint32_t)) return 0;
  std::uint32_t number = 0;
  for (const char c : name) number = number << 8U | static_cast<unsigned char>(c);
  return number;
}

/// Digits without sign or leading zero, 1 and up: ids have one spelling.
std::optional<std::int64_t> read_id(std::string_view text) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

std::optional<SessionMark> read_mark(std::string_view text) {
  SessionMark mark;
  const auto written = decode_base64url(text, mark.bytes.data(), mark.bytes.size());
  if (written != mark.bytes.size()) return std::nullopt;
  return mark;
}

std::optional<TimePoint> read_time(std::int64_t unix_seconds) {
  if (unix_seconds < 0 || unix_seconds > unix_seconds_max) return std::nullopt;
  return TimePoint{std::chrono::seconds{unix_seconds}};
}

template <class T>
bool store(std::optional<T>& claim, std::optional<T> value) {
  claim = value;
  return claim.has_value();
}

}  // namespace

bool ClaimsReader::from_json(std::string_view json) {
  json::TextBuffer texts;
  if (json::read(json, json::small_limits, texts, *this) != json::Outcome::complete) return false;
  if (!issuer_matches_ || !audience_matches_ || !subject_ || !session_ || !issued_at_ || !expires_at_) return false;
  return !id_ || id_ == subject_;
}

ClaimsReader::Claim ClaimsReader::claim_named(std::string_view name) {
  switch (short_name(name)) {
    case short_name("iss"):
      return Claim::issuer;
    case short_name("aud"):
      return Claim::audience;
    case short_name("sub"):
      return Claim::subject;
    case short_name("sid"):
      return Claim::session;
    case short_name("smk"):
      return Claim::mark;
    case short_name("iat"):
      return Claim::issued_at;
    case short_name("exp"):
      return Claim::expires_at;
    case short_name("nbf"):
      return Claim::not_before;
    case short_name("id"):
      return Claim::id;
    default:
      return Claim::other;
  }
}

bool ClaimsReader::on_name(std::string_view name) {
  claim_ = claim_named(name);
  return true;
}

bool ClaimsReader::on_value(const json::Scalar& value) {
  if (claim_ == Claim::other) return true;
  if (const auto* text = std::get_if<std::string_view>(&value)) return on_text(*text);
  const auto* number = std::get_if<std::int64_t>(&value);
  return number != nullptr && on_number(*number);
}

bool ClaimsReader::on_entry(const json::Scalar& entry) {
  return claim_ == Claim::other || (claim_ == Claim::audience && on_value(entry));
}

bool ClaimsReader::on_text(std::string_view text) {
  switch (claim_) {
    case Claim::issuer:
      issuer_matches_ = text == expected_issuer_;
      return true;
    case Claim::audience:
      // One of several audiences is enough.
      audience_matches_ = audience_matches_.value_or(false) ||
                          std::ranges::find(expected_audiences_, text) != expected_audiences_.end();
      return true;
    case Claim::subject:
      return store(subject_, read_id(text));
    case Claim::session:
      return store(session_, read_id(text));
    case Claim::mark:
      return store(mark_, read_mark(text));
    default:
      return false;
  }
}

bool ClaimsReader::on_number(std::int64_t number) {
  switch (claim_) {
    case Claim::issued_at:
      return store(issued_at_, read_time(number));
    case Claim::expires_at:
      return store(expires_at_, read_time(number));
    case Claim::not_before:
      return store(not_before_, read_time(number));
    case Claim::id:
      id_ = number;
      return true;
    default:
      return false;
  }
}

}  // namespace gatehouse::tokens

#include "tokens/claims_reader.hpp"

#include <array>
#include <charconv>

namespace gatehouse::tokens {
namespace {

/// 9999-12-31T23:59:59Z: later times could not be written as ISO 8601, nor multiplied without care.
constexpr std::int64_t unix_seconds_max = 253'402'300'799;

constexpr std::array<std::string_view, 4> text_claims{"iss", "aud", "sub", "sid"};
constexpr std::array<std::string_view, 4> number_claims{"iat", "exp", "id", "nbf"};

template <std::size_t count>
bool names(const std::array<std::string_view, count>& claims, std::string_view name) {
  return std::ranges::find(claims, name) != claims.end();
}

/// Digits without sign or leading zero, 1 and up: ids have one spelling.
std::optional<std::int64_t> read_id(std::string_view text) {
  if (text.empty() || text.front() < '1' || text.front() > '9') return std::nullopt;
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
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
  if (!json::read_flat_json(json, *this)) return false;
  if (!issuer_matches_ || !audience_matches_ || !subject_ || !session_ || !issued_at_ || !expires_at_) return false;
  return !id_ || id_ == subject_;
}

bool ClaimsReader::on_member(const json::FlatJsonMember& member) {
  const bool is_text = names(text_claims, member.name);
  if (!is_text && !names(number_claims, member.name)) return true;
  if (member.in_list && member.name != "aud") return false;
  if (const auto* text = std::get_if<std::string_view>(&member.value)) {
    return is_text && on_text_claim(member.name, *text);
  }
  const auto* number = std::get_if<std::int64_t>(&member.value);
  return number != nullptr && !is_text && on_number_claim(member.name, *number);
}

bool ClaimsReader::on_text_claim(std::string_view name, std::string_view text) {
  if (name == "sub") return store(subject_, read_id(text));
  if (name == "sid") return store(session_, read_id(text));
  if (name == "iss") {
    issuer_matches_ = text == expected_issuer_;
    return true;
  }
  // One of several audiences is enough.
  audience_matches_ = audience_matches_.value_or(false) || text == expected_audience_;
  return true;
}

bool ClaimsReader::on_number_claim(std::string_view name, std::int64_t number) {
  if (name == "iat") return store(issued_at_, read_time(number));
  if (name == "exp") return store(expires_at_, read_time(number));
  if (name == "nbf") return store(not_before_, read_time(number));
  id_ = number;
  return true;
}

}  // namespace gatehouse::tokens

#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/field_error.hpp"
#include "http/form.hpp"

namespace gatehouse::api {

/// What the queries of lists have in common: `limit=10&after=…`. Pure.

/// An answer that lists everything wrong with a long query would be many times as long.
inline constexpr std::size_t query_errors_max = 8;

/// What is wrong with a parameter, as in FieldError. Its texts are static.
struct Complaint {
  std::string_view message;
  std::string_view code;
};

/// Puts the value into its place, or says what it should have been.
template <class Value>
[[nodiscard]] std::optional<Complaint> set_once(std::optional<Value>& place, std::optional<Value> value,
                                                const Complaint& complaint) {
  if (place) return Complaint{"is given more than once", "duplicate"};
  if (!value) return complaint;
  place = std::move(value);
  return std::nullopt;
}

/// Decodes a value.
[[nodiscard]] inline std::string decoded(std::string_view value) {
  std::string text;
  http::append_form_decoded(value, text);
  return text;
}

/// Passes each name and value to `take`, both still encoded, and collects its complaints, at most query_errors_max.
template <class Take>
[[nodiscard]] FieldErrors take_parameters(std::string_view query, const Take& take) {
  FieldErrors errors;
  while (const auto pair = http::take_form_pair(query)) {
    const std::optional<Complaint> complaint = take(pair->name, pair->value);
    if (complaint) errors.push_back({std::string{pair->name}, std::string{complaint->message}, complaint->code});
    if (errors.size() == query_errors_max) break;
  }
  return errors;
}

}  // namespace gatehouse::api

#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.hpp"
#include "base/time.hpp"
#include "json/string.hpp"

namespace gatehouse::json {

/// Writes compact JSON to the end of a string and sets the commas.
///
///     Writer(out).begin_object().member("id", user.id).member("email", user.email).end_object();
///
/// The caller keeps to the grammar: a key before each value of an object, an end for each begin. The writer holds one
/// bit and no memory, so the caller may take what was written out of the string at any point and go on with an empty
/// one: that is how a list is streamed. The string outlives the writer. Not thread-safe.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  Writer& begin_object() { return open('{'); }
  Writer& end_object() { return close('}'); }
  Writer& begin_array() { return open('['); }
  Writer& end_array() { return close(']'); }

  /// `name` is plain: printable ASCII without quotes and backslashes.
  Writer& key(std::string_view name) {
    assert(plain_length(name) == name.size());
    // Makes room for all of it at once, because a string checks for room at every append.
    char* end = grow(out_, name.size() + (follows_value_ ? 4 : 3));
    if (follows_value_) *end++ = ',';
    *end++ = '"';
    end = std::ranges::copy(name, end).out;
    *end++ = '"';
    *end = ':';
    follows_value_ = false;
    return *this;
  }

  Writer& value(std::string_view text) {
    separate();
    append_string(out_, text);
    return *this;
  }
  Writer& value(const char* text) { return value(std::string_view{text}); }
  Writer& value(std::same_as<bool> auto truth) { return json(truth ? "true" : "false"); }
  Writer& value(std::nullptr_t) { return json("null"); }
  /// As ISO 8601 text, in milliseconds.
  Writer& value(TimePoint time) {
    separate();
    out_ += '"';
    append_iso8601(out_, time);
    out_ += '"';
    return *this;
  }
  template <std::integral Integer>
    requires(!std::same_as<Integer, bool> && !std::same_as<Integer, char>)
  Writer& value(Integer number) {
    std::array<char, std::numeric_limits<Integer>::digits10 + 2> digits;
    return json({digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr});
  }
  template <class Tag>
  Writer& value(StrongId<Tag> id) {
    return value(id.value);
  }
  /// null if there is no value.
  template <class Value>
  Writer& value(const std::optional<Value>& value_or_nothing) {
    return value_or_nothing ? value(*value_or_nothing) : value(nullptr);
  }

  /// A value that is JSON already.
  Writer& json(std::string_view text) {
    separate();
    out_ += text;
    return *this;
  }

  template <class Value>
  Writer& member(std::string_view name, const Value& of_it) {
    return key(name).value(of_it);
  }

 private:
  Writer& open(char bracket) {
    separate();
    out_ += bracket;
    follows_value_ = false;
    return *this;
  }
  Writer& close(char bracket) {
    out_ += bracket;
    follows_value_ = true;
    return *this;
  }
  void separate() {
    if (follows_value_) out_ += ',';
    follows_value_ = true;
  }

  std::string& out_;
  bool follows_value_ = false;  ///< whether the next value or key needs a comma before it
};

}  // namespace gatehouse::json

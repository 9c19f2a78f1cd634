#pragma once

#include <optional>
#include <string_view>

#include "base/text.hpp"
#include "json/reader.hpp"

namespace gatehouse::http {

/// Forms, `email=a%40b.example&password=x+y`: the query of a URL and the body of application/x-www-form-urlencoded (URL
/// Standard, section 5.1). Pure.

struct FormPair {
  std::string_view name;  ///< still encoded
  std::string_view value;
};

/// Removes the next pair from the text; nullopt if none is left. Empty pairs are skipped.
[[nodiscard]] std::optional<FormPair> take_form_pair(std::string_view& text);

/// Decodes a name or a value and appends it to `out`, which has append(std::string_view): a plus becomes a space, `%41`
/// an A; a percent sign without two hex digits is kept. The result need not be valid Unicode.
template <class Out>
void append_form_decoded(std::string_view encoded, Out& out) {
  while (!encoded.empty()) {
    const std::string_view plain = encoded.substr(0, encoded.find_first_of("+%"));
    out.append(plain);
    encoded.remove_prefix(plain.size());
    if (encoded.empty()) return;
    const auto high = encoded.size() > 2 ? hex_digit_value(encoded[1]) : std::nullopt;
    const auto low = encoded.size() > 2 ? hex_digit_value(encoded[2]) : std::nullopt;
    const bool is_byte = encoded.front() == '%' && high && low;
    const char byte = is_byte ? static_cast<char>(*high << 4U | *low) : encoded.front() == '+' ? ' ' : '%';
    out.append(std::string_view{&byte, 1});
    encoded.remove_prefix(is_byte ? 3 : 1);
  }
}

/// Reads a form as json::read() reads an object whose members are all texts. False if it has more pairs than an object
/// may have members, or a name that is not UTF-8. `texts` is made as large as the form and holds the texts that the
/// sink is given.
template <json::Sink S>
[[nodiscard]] bool read_form(std::string_view form, S& sink, json::TextBuffer& texts) {
  texts.reserve(form.size());
  const auto decoded = [&texts](std::string_view encoded) {
    const std::size_t begin = texts.size();
    append_form_decoded(encoded, texts);
    return texts.from(begin);
  };
  json::NameSet names;
  std::size_t pairs = 0;
  while (const auto pair = take_form_pair(form)) {
    if (++pairs > json::widest_limits.members_max) return false;
    const std::string_view name = decoded(pair->name);
    const std::string_view value = decoded(pair->value);
    if (!is_utf8(name)) return false;
    sink.on_name(name);
    if (!names.insert(name)) {
      sink.on_fault(json::Fault::given_twice);
    } else if (!is_utf8(value)) {
      sink.on_fault(json::Fault::not_unicode);
    } else if (value.contains('\0')) {
      sink.on_fault(json::Fault::holds_nul);
    } else {
      sink.on_value(value);
    }
  }
  return true;
}

}  // namespace gatehouse::http

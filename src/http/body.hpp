#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/field_error.hpp"
#include "base/secret_string.hpp"
#include "http/problem.hpp"
#include "http/request.hpp"
#include "json/reader.hpp"

/// Request bodies: one flat JSON object, or the same as a form, read into a struct.
///
///     struct LoginBody {
///       std::string email;
///       SecretString password;
///     };
///     constexpr auto login_body = http::body_fields(problem("missing_credentials"),
///                                                   http::field("email", &LoginBody::email),
///                                                   http::field("password", &LoginBody::password));
///     const auto body = http::read_body(request, login_body);
///
/// A member's type says what its field holds: std::string, SecretString or std::string_view a text, bool a boolean,
/// std::int64_t a whole number, a std::vector of std::string or of std::string_view a list of texts. A field is
/// required unless its member is a std::optional; null counts as absent, and so does "" for a required text.
namespace gatehouse::http {

/// Why a body cannot be read: the first that applies, in this order.
enum class BodyFault : std::uint8_t {
  unsupported_encoding,  ///< a Content-Encoding other than identity
  unsupported_media_type,
  unsupported_charset,  ///< UTF-16 or UTF-32; JSON between systems is UTF-8 (RFC 8259 section 8.1)
  invalid_json,
  invalid_fields,
  missing_fields,
};

/// A body that cannot be read.
struct BodyError {
  BodyFault fault;
  FieldErrors details;               ///< of invalid_fields in the body's order, of missing_fields in the table's
  const Problem* missing = nullptr;  ///< for missing_fields: the refusal that the table names
};

/// Inclusive. Only those that apply to the kind of field are checked.
struct Bounds {
  std::int64_t min = std::numeric_limits<std::int64_t>::min();
  std::int64_t max = std::numeric_limits<std::int64_t>::max();
  std::size_t bytes_max = json::widest_limits.text_bytes_max;  ///< of a text, and of each entry of a list
  std::size_t entries_max = 64;                                ///< of a list
};

/// An `ignored` field may occur in a body and hold anything; it is not read.
enum class FieldKind : std::uint8_t { text, boolean, integer, list, ignored };

/// What the reader knows of a field.
struct FieldRule {
  std::string_view name;
  FieldKind kind;
  bool is_required;
  Bounds bounds;
};

/// What the body has for one field.
struct FieldValue {
  bool is_present = false;
  json::Scalar scalar;
  std::vector<std::string_view> entries;
};

/// Whether a JSON member that matches no field is refused or skipped.
enum class UnknownFields : std::uint8_t { refuse, skip };

template <class Value>
inline constexpr bool is_optional = false;
template <class Value>
inline constexpr bool is_optional<std::optional<Value>> = true;

template <class Value>
inline constexpr bool is_list =
    std::is_same_v<Value, std::vector<std::string>> || std::is_same_v<Value, std::vector<std::string_view>>;

/// Whether a member of this type points into the body.
template <class Value>
inline constexpr bool is_view =
    std::is_same_v<Value, std::string_view> || std::is_same_v<Value, std::vector<std::string_view>>;
template <class Value>
inline constexpr bool is_view<std::optional<Value>> = is_view<Value>;

/// The kind of field that fits a member of this type. A type that fits no field does not compile.
template <class Value>
constexpr FieldKind kind_of() {
  if constexpr (is_optional<Value>) {
    return kind_of<typename Value::value_type>();
  } else if constexpr (std::is_same_v<Value, bool>) {
    return FieldKind::boolean;
  } else if constexpr (std::is_same_v<Value, std::int64_t>) {
    return FieldKind::integer;
  } else if constexpr (is_list<Value>) {
    return FieldKind::list;
  } else {
    static_assert(std::is_constructible_v<Value, std::string_view>);
  }
  return FieldKind::text;
}

/// Converts the value of a field that is present to its member's type.
template <class Value>
Value take(const FieldValue& value) {
  if constexpr (is_optional<Value>) {
    return take<typename Value::value_type>(value);
  } else if constexpr (kind_of<Value>() == FieldKind::text) {
    return Value{std::get<std::string_view>(value.scalar)};
  } else if constexpr (kind_of<Value>() == FieldKind::list) {
    return {value.entries.begin(), value.entries.end()};
  } else {
    return std::get<Value>(value.scalar);
  }
}

/// A field and the member that takes it.
template <class Body, class Value>
struct BodyField {
  FieldRule rule;
  Value Body::* member;

  void store(const FieldValue& value, Body& body) const {
    if (value.is_present) body.*member = take<Value>(value);
  }
};

/// A field that no member takes.
template <class Body>
struct BodyField<Body, void> {
  FieldRule rule;

  void store(const FieldValue& /*value*/, Body& /*body*/) const {}
};

/// One field of a body: its name in JSON and the member that takes it.
template <class Body, class Value>
constexpr BodyField<Body, Value> field(std::string_view name, Value Body::* member, Bounds bounds = {}) {
  return {{.name = name, .kind = kind_of<Value>(), .is_required = !is_optional<Value>, .bounds = bounds}, member};
}

/// A field that a body may have but that has no effect, such as the id in an object that a client sends back.
template <class Body>
constexpr BodyField<Body, void> ignored_field(std::string_view name) {
  return {{.name = name, .kind = FieldKind::ignored, .is_required = false, .bounds = {}}};
}

/// The fields of a body, made by body_fields().
template <class Body, class... Values>
struct BodyFields {
  static constexpr bool holds_views = (is_view<Values> || ...);

  const Problem* missing;  ///< nullptr if no field is required
  std::array<FieldRule, sizeof...(Values)> rules;
  std::tuple<BodyField<Body, Values>...> fields;
};

/// `missing` is the refusal if a required field is absent; like every problem, it is a constant.
template <class Body, class... Values>
constexpr BodyFields<Body, Values...> body_fields(const Problem& missing, BodyField<Body, Values>... fields) {
  return {&missing, {fields.rule...}, {fields...}};
}

/// The same for a body in which no field is required.
template <class Body, class... Values>
constexpr BodyFields<Body, Values...> body_fields(BodyField<Body, Values>... fields) {
  static_assert(((is_optional<Values> || std::is_void_v<Values>) && ...),
                "a required field needs the problem that tells of its absence");
  return {nullptr, {fields.rule...}, {fields...}};
}

/// The part of read_body() that does not depend on the body's type.
[[nodiscard]] std::expected<void, BodyError> read_fields(const Request& request, std::span<const FieldRule> rules,
                                                         std::span<FieldValue> values, json::TextBuffer& texts,
                                                         const Problem* missing, UnknownFields unknown);

/// Reads a request's body. Its Content-Type is application/json, whose text may begin with a byte order mark, or
/// application/x-www-form-urlencoded (http/form.hpp); an empty body needs none and counts as an object without members.
/// Members that are views point into the request's body and into `texts`.
///
/// Refused as invalid_json: anything but a JSON object (json/reader.hpp), and a form with too many pairs or a name that
/// is not UTF-8. Refused as invalid_fields, with one message for each field: a member that is not in the table, unless
/// those are skipped; one that occurs twice; a value of the wrong kind or out of bounds; U+0000; malformed Unicode.
///
/// Allocates nothing for a JSON body of views that has neither escapes nor lists.
template <class Body, class... Values>
[[nodiscard]] std::expected<Body, BodyError> read_body(const Request& request, const BodyFields<Body, Values...>& table,
                                                       json::TextBuffer& texts,
                                                       UnknownFields unknown = UnknownFields::skip) {
  std::array<FieldValue, sizeof...(Values)> values;
  auto read = read_fields(request, table.rules, values, texts, table.missing, unknown);
  if (!read) return std::unexpected(std::move(read.error()));
  Body body;
  std::apply([&, value = values.begin()](const auto&... fields) mutable { (fields.store(*value++, body), ...); },
             table.fields);
  return body;
}

/// The same for a body that keeps no views.
template <class Body, class... Values>
[[nodiscard]] std::expected<Body, BodyError> read_body(const Request& request, const BodyFields<Body, Values...>& table,
                                                       UnknownFields unknown = UnknownFields::skip) {
  static_assert(!BodyFields<Body, Values...>::holds_views, "views need a TextBuffer that outlives them");
  json::TextBuffer texts;
  return read_body(request, table, texts, unknown);
}

}  // namespace gatehouse::http

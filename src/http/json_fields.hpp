#pragma once

#include <array>
#include <cstddef>
#include <expected>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "base/field_error.hpp"
#include "http/request.hpp"

namespace gatehouse::http {

/// Why a body cannot be read.
enum class BodyFault { unsupported_media_type, invalid_json, invalid_fields };

struct BodyError {
  BodyFault fault;
  FieldErrors details;  ///< for invalid_fields
};

/// A request's body: one flat JSON object whose members are known by name and hold strings (RFC 8259, I-JSON strict).
///
/// Refused: a member that is not among the known ones, one that comes twice, a value that is neither string nor null
/// (null counts as absent), U+0000, bad UTF-8 and half surrogates, nesting, anything behind the object. An empty body
/// is an empty object, so that the caller's "… is required" answers it. Without escapes in the text the values are
/// views into the body and nothing is allocated; the body outlives this object.
class JsonFields {
 public:
  static constexpr std::size_t fields_max = 8;
  static constexpr std::size_t depth_max = 16;

  /// Reads the body of a request whose Content-Type is application/json; an empty one needs no Content-Type.
  [[nodiscard]] static std::expected<JsonFields, BodyError> read(const Request& request,
                                                                 std::initializer_list<std::string_view> known);

  /// Reads JSON text.
  [[nodiscard]] static std::expected<JsonFields, BodyError> parse(std::string_view json,
                                                                  std::initializer_list<std::string_view> known);

  JsonFields(JsonFields&&) noexcept = default;
  JsonFields& operator=(JsonFields&&) noexcept = default;
  JsonFields(const JsonFields&) = delete;
  JsonFields& operator=(const JsonFields&) = delete;
  ~JsonFields();

  /// The value of the i-th known field; nothing where it is absent or null.
  [[nodiscard]] std::optional<std::string_view> operator[](std::size_t i) const;
  /// The same, with an absent or empty one as "".
  [[nodiscard]] std::string_view text(std::size_t i) const { return (*this)[i].value_or(std::string_view{}); }

 private:
  friend class JsonFieldsHandler;
  JsonFields() = default;

  struct Slot {
    bool present = false;
    bool unescaped = false;  ///< the value is a part of scratch_, by offset
    std::string_view view;
    std::size_t offset = 0;
    std::size_t length = 0;
  };

  std::array<Slot, fields_max> slots_{};
  std::string scratch_;  ///< values that had escapes; wiped at the end, a password may be among them
};

}  // namespace gatehouse::http

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <variant>

namespace gatehouse::json {

/// A value of a flat JSON object: text, an integer of 64 bits with its sign, or something that is neither (true, null,
/// a fraction, a larger number).
using FlatJsonValue = std::variant<std::monostate, std::string_view, std::int64_t>;

/// One scalar of a flat JSON object. Of a list each element comes as one member of the list's name; an empty list gives
/// none. The views live until on_member() returns.
struct FlatJsonMember {
  std::string_view name;
  FlatJsonValue value;
  bool in_list = false;
};

/// Hears the members of a flat JSON object while it is read, in their order.
class FlatJsonVisitor {
 public:
  virtual ~FlatJsonVisitor() = default;

  /// Both answer false to end the reading: the object is refused. A name comes before its value, whatever that is.
  virtual bool on_name(std::string_view) { return true; }
  virtual bool on_member(const FlatJsonMember& member) = 0;
};

inline constexpr std::size_t flat_json_members_max = 32;
inline constexpr std::size_t flat_json_name_bytes_max = 64;
inline constexpr std::size_t flat_json_text_bytes_max = 1024;

/// Reads a JSON object (RFC 8259) whose values are scalars or lists of scalars, as a JOSE header and a set of claims
/// are, without building a tree and without the heap.
///
/// Strict: nothing but one object and white space around it, well-formed UTF-8, no member twice (compared after
/// escapes are resolved), no deeper nesting, the bounds above. False where any of that fails or the visitor refuses;
/// members before the failure have been visited then. Any thread.
[[nodiscard]] bool read_flat_json(std::string_view text, FlatJsonVisitor& visitor);

}  // namespace gatehouse::json

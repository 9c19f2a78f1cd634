#include "json/flat_json.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <span>

namespace gatehouse::json {
namespace {

namespace json = boost::json;

/// Text that the parser may deliver in pieces, which it does around escapes. Whole text is not copied.
template <std::size_t capacity>
class PiecewiseText {
 public:
  bool add(std::string_view piece) {
    if (piece.size() > capacity - length_) return false;
    std::ranges::copy(piece, bytes_.begin() + static_cast<std::ptrdiff_t>(length_));
    length_ += piece.size();
    return true;
  }

  /// The whole text, given its last piece; nothing is kept afterwards but the bytes the view shows.
  bool finish(std::string_view last, std::string_view& whole) {
    if (length_ == 0) {
      whole = last;
      return true;
    }
    if (!add(last)) return false;
    whole = {bytes_.data(), length_};
    length_ = 0;
    return true;
  }

 private:
  std::array<char, capacity> bytes_;
  std::size_t length_ = 0;
};

/// The names seen so far, copied: an escaped one lives in the parser's buffer for a moment only.
class NameSet {
 public:
  /// False where the name is there already or there is no room.
  bool insert(std::string_view name) {
    if (name.size() > flat_json_name_bytes_max || count_ == flat_json_members_max) return false;
    const auto known = std::span{names_}.first(count_);
    if (std::ranges::find(known, name) != known.end()) return false;
    char* slot = bytes_.data() + count_ * flat_json_name_bytes_max;
    std::ranges::copy(name, slot);
    names_[count_++] = {slot, name.size()};
    return true;
  }

  [[nodiscard]] std::string_view latest() const { return names_[count_ - 1]; }

 private:
  std::array<char, flat_json_members_max * flat_json_name_bytes_max> bytes_;
  std::array<std::string_view, flat_json_members_max> names_;
  std::size_t count_ = 0;
};

/// Boost.JSON's events turned into members. Each event answers false, with an error set, to stop the parser.
class MemberHandler {
 public:
  static constexpr std::size_t max_object_size = flat_json_members_max;
  static constexpr std::size_t max_array_size = flat_json_members_max;
  static constexpr std::size_t max_key_size = flat_json_name_bytes_max;
  static constexpr std::size_t max_string_size = flat_json_text_bytes_max;

  explicit MemberHandler(FlatJsonVisitor& visitor) : visitor_(visitor) {}

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }

  bool on_object_begin(json::error_code& ec) {
    if (in_object_) return refuse(ec);
    in_object_ = true;
    return true;
  }
  bool on_object_end(std::size_t, json::error_code&) { return true; }

  bool on_array_begin(json::error_code& ec) {
    if (!in_object_ || in_list_) return refuse(ec);
    in_list_ = true;
    return true;
  }
  bool on_array_end(std::size_t, json::error_code&) {
    in_list_ = false;
    return true;
  }

  bool on_key_part(json::string_view piece, std::size_t, json::error_code& ec) {
    return name_.add(piece) || refuse(ec);
  }
  bool on_key(json::string_view last, std::size_t, json::error_code& ec) {
    std::string_view name;
    return (name_.finish(last, name) && names_.insert(name) && visitor_.on_name(name)) || refuse(ec);
  }

  bool on_string_part(json::string_view piece, std::size_t, json::error_code& ec) {
    return text_.add(piece) || refuse(ec);
  }
  bool on_string(json::string_view last, std::size_t, json::error_code& ec) {
    std::string_view text;
    return text_.finish(last, text) ? deliver(text, ec) : refuse(ec);
  }

  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(std::int64_t number, json::string_view, json::error_code& ec) { return deliver(number, ec); }
  bool on_uint64(std::uint64_t, json::string_view, json::error_code& ec) { return deliver({}, ec); }
  bool on_double(double, json::string_view, json::error_code& ec) { return deliver({}, ec); }
  bool on_bool(bool, json::error_code& ec) { return deliver({}, ec); }
  bool on_null(json::error_code& ec) { return deliver({}, ec); }
  bool on_comment_part(json::string_view, json::error_code& ec) { return refuse(ec); }
  bool on_comment(json::string_view, json::error_code& ec) { return refuse(ec); }

 private:
  static bool refuse(json::error_code& ec) {
    ec = json::error::syntax;
    return false;
  }

  bool deliver(FlatJsonValue value, json::error_code& ec) {
    if (!in_object_) return refuse(ec);
    return visitor_.on_member({.name = names_.latest(), .value = value, .in_list = in_list_}) || refuse(ec);
  }

  FlatJsonVisitor& visitor_;
  bool in_object_ = false;
  bool in_list_ = false;
  NameSet names_;
  PiecewiseText<flat_json_name_bytes_max> name_;
  PiecewiseText<flat_json_text_bytes_max> text_;
};

}  // namespace

bool read_flat_json(std::string_view text, FlatJsonVisitor& visitor) {
  json::basic_parser<MemberHandler> parser{json::parse_options{}, visitor};
  json::error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  return !ec && parser.done() && read == text.size();
}

}  // namespace gatehouse::json

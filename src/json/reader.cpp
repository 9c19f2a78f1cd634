#include "json/reader.hpp"

#include <algorithm>
#include <boost/json/basic_parser_impl.hpp>
#include <cassert>
#include <cstring>
#include <functional>
#include <optional>

#include "base/secret_string.hpp"
#include "base/text.hpp"

namespace gatehouse::json {

void TextBuffer::reserve(std::size_t bytes) {
  if (bytes_) return;
  bytes_ = std::make_unique_for_overwrite<char[]>(bytes);
  capacity_ = bytes;
}

void TextBuffer::append(std::string_view piece) {
  assert(piece.size() <= capacity_ - size_);
  std::ranges::copy(piece, bytes_.get() + size_);
  size_ += piece.size();
}

void TextBuffer::wipe() noexcept { wipe_memory(bytes_.get(), size_); }

bool NameSet::insert(std::string_view name) {
  const auto octet = [](char c) { return static_cast<unsigned char>(c); };
  const std::size_t edges = name.empty() ? 0 : octet(name.front()) * 7U + octet(name.back());
  const std::uint64_t bit = std::uint64_t{1} << (edges + name.size()) % 64;
  if ((seen_ & bit) != 0 && std::ranges::find(names_, name) != names_.end()) return false;
  seen_ |= bit;
  names_.push_back(name);
  return true;
}

namespace {

using boost::json::error_code;

/// A name or a text, which the parser delivers in pieces around its escapes. Whole ones are not copied.
class PiecewiseText {
 public:
  PiecewiseText(std::string_view json, TextBuffer& texts) : json_(json), texts_(texts) {}

  void append(std::string_view piece) {
    if (!begin_) {
      // Text only shrinks when its escapes are resolved, so all of it has room.
      texts_.reserve(json_.size());
      begin_ = texts_.size();
    }
    texts_.append(piece);
  }

  /// The whole text, given its last piece.
  std::string_view finish(std::string_view last) {
    if (!begin_ && is_in_json(last)) return last;
    append(last);
    const std::string_view whole = texts_.from(*begin_);
    begin_.reset();
    return whole;
  }

 private:
  [[nodiscard]] bool is_in_json(std::string_view piece) const {
    const std::less_equal<const char*> at_most;
    return at_most(json_.data(), piece.data()) && at_most(piece.data() + piece.size(), json_.data() + json_.size());
  }

  std::string_view json_;
  TextBuffer& texts_;
  std::optional<std::size_t> begin_;  ///< in the buffer, once there is a piece
};

/// Turns Boost.JSON's events into members. Each handler returns false, with an error set, to stop the parser.
///
/// depth_ counts the objects and lists that are open. The members that the sink hears of are at depth 1, the entries of
/// their lists at depth 2 while in_list_ is set. Anything deeper is checked for its grammar and dropped, because its
/// member is already faulty. in_value_ is set from a member's name to the end of its value.
class MemberHandler {
 public:
  static constexpr std::size_t max_object_size = widest_limits.members_max;
  static constexpr std::size_t max_array_size = widest_limits.list_entries_max;
  static constexpr std::size_t max_key_size = widest_limits.name_bytes_max;
  static constexpr std::size_t max_string_size = widest_limits.text_bytes_max;

  MemberHandler(std::string_view json, const Limits& limits, TextBuffer& texts, AnySink sink)
      : limits_(limits), sink_(sink), text_(json, texts) {}

  /// Why a callback ended the parse, if one did.
  [[nodiscard]] std::optional<Outcome> verdict() const { return verdict_; }
  [[nodiscard]] bool is_in_value() const { return in_value_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }

  bool on_object_begin(error_code& ec) {
    const std::size_t outer = depth_++;
    return outer == 0 || !is_heard(outer) || go_on(sink_.on_fault(Fault::nested), ec);
  }
  bool on_object_end(std::size_t, error_code&) { return leave_nested(); }

  bool on_array_begin(error_code& ec) {
    const std::size_t outer = depth_++;
    if (outer == 0) return end(Outcome::malformed, ec);
    if (outer > 1) return !is_heard(outer) || go_on(sink_.on_fault(Fault::nested), ec);
    in_list_ = true;
    entries_ = 0;
    return go_on(sink_.on_list(), ec);
  }
  bool on_array_end(std::size_t, error_code&) { return leave_nested(); }

  bool on_key_part(std::string_view piece, std::size_t size, error_code& ec) {
    if (size > limits_.name_bytes_max) return end(Outcome::malformed, ec);
    if (depth_ == 1) text_.append(piece);
    return true;
  }
  bool on_key(std::string_view piece, std::size_t size, error_code& ec) {
    if (size > limits_.name_bytes_max) return end(Outcome::malformed, ec);
    return depth_ != 1 || begin_member(text_.finish(piece), ec);
  }

  bool on_string_part(std::string_view piece, std::size_t size, error_code& ec) {
    if (size > limits_.text_bytes_max) return end(Outcome::malformed, ec);
    if (is_heard(depth_)) text_.append(piece);
    return true;
  }
  bool on_string(std::string_view piece, std::size_t size, error_code& ec) {
    if (size > limits_.text_bytes_max) return end(Outcome::malformed, ec);
    return !is_heard(depth_) || deliver(text_.finish(piece), ec);
  }

  bool on_null(error_code& ec) { return deliver(Null{}, ec); }
  bool on_bool(bool truth, error_code& ec) { return deliver(truth, ec); }
  bool on_int64(std::int64_t number, std::string_view, error_code& ec) { return deliver(number, ec); }
  bool on_uint64(std::uint64_t, std::string_view, error_code& ec) { return deliver(OtherNumber{}, ec); }
  bool on_double(double, std::string_view, error_code& ec) { return deliver(OtherNumber{}, ec); }
  bool on_number_part(std::string_view, error_code&) { return true; }
  bool on_comment_part(std::string_view, error_code& ec) { return end(Outcome::malformed, ec); }
  bool on_comment(std::string_view, error_code& ec) { return end(Outcome::malformed, ec); }

 private:
  /// Whether the sink hears of the values at that depth.
  [[nodiscard]] bool is_heard(std::size_t depth) const { return depth <= 1 || (depth == 2 && in_list_); }

  bool begin_member(std::string_view name, error_code& ec) {
    if (++members_ > limits_.members_max) return end(Outcome::malformed, ec);
    in_value_ = true;
    if (!go_on(sink_.on_name(name), ec)) return false;
    if (!names_.insert(name) && !go_on(sink_.on_fault(Fault::given_twice), ec)) return false;
    return is_utf8(name) || go_on(sink_.on_fault(Fault::not_unicode), ec);
  }

  bool deliver(const Scalar& value, error_code& ec) {
    if (depth_ == 0) return end(Outcome::malformed, ec);
    if (!is_heard(depth_)) return true;
    if (depth_ == 2 && ++entries_ > limits_.list_entries_max) return end(Outcome::malformed, ec);
    if (depth_ == 1) in_value_ = false;
    if (const auto fault = fault_of(value)) return go_on(sink_.on_fault(*fault), ec);
    return go_on(depth_ == 1 ? sink_.on_value(value) : sink_.on_entry(value), ec);
  }

  static std::optional<Fault> fault_of(const Scalar& value) {
    const auto* text = std::get_if<std::string_view>(&value);
    if (text == nullptr) return std::nullopt;
    if (text->contains('\0')) return Fault::holds_nul;
    return is_utf8(*text) ? std::nullopt : std::optional{Fault::not_unicode};
  }

  bool leave_nested() {
    if (--depth_ == 1) in_list_ = in_value_ = false;
    return true;
  }

  bool go_on(bool sink_goes_on, error_code& ec) { return sink_goes_on || end(Outcome::stopped, ec); }
  bool end(Outcome verdict, error_code& ec) {
    verdict_ = verdict;
    ec = boost::json::error::exception;
    return false;
  }

  const Limits& limits_;
  AnySink sink_;
  PiecewiseText text_;
  NameSet names_;
  std::size_t members_ = 0;
  std::size_t entries_ = 0;  ///< of the list that is open
  std::size_t depth_ = 0;
  bool in_list_ = false;
  bool in_value_ = false;
  std::optional<Outcome> verdict_;
};

/// True if the parse ended because an escape is half of a surrogate pair, which no text may have. To Boost.JSON a first
/// half without a second one is a syntax error, found right after it.
bool is_lone_surrogate(const error_code& ec, std::string_view read) {
  constexpr std::size_t escape_length = std::string_view{"\\ud800"}.size();
  if (ec == boost::json::error::illegal_leading_surrogate || ec == boost::json::error::illegal_trailing_surrogate) {
    return true;
  }
  if (ec != boost::json::error::syntax || read.size() < escape_length) return false;
  const std::string escape = to_lower(read.substr(read.size() - escape_length));
  return escape.starts_with("\\ud") && std::string_view{"89ab"}.contains(escape[3]);
}

}  // namespace

Outcome read_any(std::string_view text, const Limits& limits, TextBuffer& texts, AnySink sink) {
  assert(limits.members_max <= widest_limits.members_max && limits.depth_max <= widest_limits.depth_max);
  boost::json::parse_options options;
  options.max_depth = limits.depth_max;
  options.allow_invalid_utf8 = true;  // in names and texts, where it is a fault of the member
  boost::json::basic_parser<MemberHandler> parser(options, text, limits, texts, sink);
  error_code ec;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), ec);
  if (!ec && read == text.size() && parser.done()) return Outcome::complete;
  const MemberHandler& handler = parser.handler();
  if (handler.verdict()) return *handler.verdict();
  const bool broken = handler.is_in_value() && is_lone_surrogate(ec, text.substr(0, read));
  return broken ? Outcome::broken_text : Outcome::malformed;
}

}  // namespace gatehouse::json

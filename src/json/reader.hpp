#pragma once

#include <boost/container/static_vector.hpp>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <variant>

namespace gatehouse::json {

struct Null {};
/// A number that is not a signed 64-bit integer: it has a fraction, an exponent or too many digits.
struct OtherNumber {};

using Scalar = std::variant<Null, bool, std::int64_t, OtherNumber, std::string_view>;

/// What is wrong with one member of an object that is otherwise valid JSON.
enum class Fault : std::uint8_t {
  given_twice,  ///< a member of this name came before; names are compared after their escapes are resolved
  nested,       ///< the value is an object, or a list that holds an object or a list
  holds_nul,    ///< a text has U+0000
  not_unicode,  ///< the name or a text is not well-formed UTF-8
};

/// Receives the members of an object in order, while it is read: on_name(), then on_value() for a scalar, or on_list()
/// and one on_entry() for each scalar in the list, or on_fault() in place of a value or an entry. Each returns false to
/// stop the reading. The views live as long as the text and the TextBuffer.
template <class S>
concept Sink = requires(S& sink, std::string_view name, const Scalar& value, Fault fault) {
  { sink.on_name(name) } -> std::same_as<bool>;
  { sink.on_value(value) } -> std::same_as<bool>;
  { sink.on_list() } -> std::same_as<bool>;
  { sink.on_entry(value) } -> std::same_as<bool>;
  { sink.on_fault(fault) } -> std::same_as<bool>;
};

/// The bounds of one kind of text. A text that exceeds them is malformed.
struct Limits {
  std::size_t members_max;
  std::size_t list_entries_max;
  std::size_t name_bytes_max;
  std::size_t text_bytes_max;
  std::size_t depth_max;  ///< 1 is the object, 2 a list in it
};

/// No reader may exceed these.
inline constexpr Limits widest_limits{.members_max = 64,
                                      .list_entries_max = 64 * 1024,
                                      .name_bytes_max = 256,
                                      .text_bytes_max = 64 * 1024,
                                      .depth_max = 16};

/// For a JOSE header and for a set of claims.
inline constexpr Limits small_limits{
    .members_max = 32, .list_entries_max = 32, .name_bytes_max = 64, .text_bytes_max = 1024, .depth_max = 2};

/// How reading ended.
enum class Outcome : std::uint8_t {
  complete,
  stopped,      ///< the sink answered false
  malformed,    ///< not a JSON object, something after it, or beyond the limits
  broken_text,  ///< reading ended at half a surrogate pair (RFC 8259 section 8.2) in the value of the member named last
};

/// Holds the names and texts that had escapes, with the escapes resolved. Empty, and without memory, if there are none.
/// One buffer serves one read(). A password may be among the texts, so the memory is wiped at the end.
class TextBuffer {
 public:
  TextBuffer() = default;
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;
  ~TextBuffer() {
    if (bytes_) wipe();
  }

  /// Allocates this many bytes, once, so that views into it stay valid and no copy of a text is left behind.
  void reserve(std::size_t bytes);
  void append(std::string_view piece);
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view from(std::size_t begin) const { return {bytes_.get() + begin, size_ - begin}; }

 private:
  void wipe() noexcept;

  std::unique_ptr<char[]> bytes_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
};

/// The names of an object, to find one that occurs twice. A mask with one bit for each name identifies most new ones at
/// once.
class NameSet {
 public:
  /// False if the name is already in the set. At most widest_limits.members_max names; the views outlive the set.
  bool insert(std::string_view name);

 private:
  boost::container::static_vector<std::string_view, widest_limits.members_max> names_;
  std::uint64_t seen_ = 0;
};

/// The usual text: one object with a few members, each plain text (json/string.hpp), a short whole number, a boolean or
/// null. Reading it this way takes a third fewer instructions than the general way.
class PlainObject {
 public:
  /// A name with its value: views into the text.
  struct Member {
    std::string_view name;
    Scalar value;
  };

  /// False if the text is not such an object or exceeds the limits; it may still be valid JSON.
  [[nodiscard]] bool read(std::string_view text, const Limits& limits);
  [[nodiscard]] const auto& members() const { return members_; }

 private:
  static constexpr std::size_t members_max = 16;

  boost::container::static_vector<Member, members_max> members_;
};

/// A type-erased sink.
class AnySink {
 public:
  // Not for AnySink itself: a copy must stay a copy.
  template <class S>
    requires(!std::same_as<S, AnySink>) && Sink<S>
  explicit AnySink(S& sink)
      : sink_(&sink),
        on_name_([](void* s, std::string_view name) { return static_cast<S*>(s)->on_name(name); }),
        on_value_([](void* s, const Scalar& value) { return static_cast<S*>(s)->on_value(value); }),
        on_list_([](void* s) { return static_cast<S*>(s)->on_list(); }),
        on_entry_([](void* s, const Scalar& value) { return static_cast<S*>(s)->on_entry(value); }),
        on_fault_([](void* s, Fault fault) { return static_cast<S*>(s)->on_fault(fault); }) {}

  bool on_name(std::string_view name) { return on_name_(sink_, name); }
  bool on_value(const Scalar& value) { return on_value_(sink_, value); }
  bool on_list() { return on_list_(sink_); }
  bool on_entry(const Scalar& value) { return on_entry_(sink_, value); }
  bool on_fault(Fault fault) { return on_fault_(sink_, fault); }

 private:
  void* sink_;
  bool (*on_name_)(void*, std::string_view);
  bool (*on_value_)(void*, const Scalar&);
  bool (*on_list_)(void*);
  bool (*on_entry_)(void*, const Scalar&);
  bool (*on_fault_)(void*, Fault);
};

/// read() without its fast path for the usual text; the tests compare the two.
[[nodiscard]] Outcome read_any(std::string_view text, const Limits& limits, TextBuffer& texts, AnySink sink);

/// Reads a JSON object (RFC 8259, I-JSON strict) whose values are scalars or lists of scalars, without building a tree.
///
/// Allocates only if a name or a text has escapes. The sink has already received the members before a failure. Any
/// thread.
template <Sink S>
[[nodiscard]] Outcome read(std::string_view text, const Limits& limits, TextBuffer& texts, S& sink) {
  PlainObject plain;
  if (!plain.read(text, limits)) return read_any(text, limits, texts, AnySink{sink});
  NameSet names;
  for (const auto& [name, value] : plain.members()) {
    const bool is_new = names.insert(name);
    if (!sink.on_name(name) || !(is_new || sink.on_fault(Fault::given_twice)) || !sink.on_value(value)) {
      return Outcome::stopped;
    }
  }
  return Outcome::complete;
}

}  // namespace gatehouse::json

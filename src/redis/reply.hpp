#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct redisReader;  // NOLINT(readability-identifier-naming): hiredis' name

namespace gatehouse::redis {

/// Redis's answer to one command (RESP2).
struct Reply {
  /// The type of the answer (RESP2).
  enum class Kind { nothing, integer, text, list, error };

  Kind kind = Kind::nothing;
  std::int64_t integer = 0;  ///< of an integer
  std::string text = {};     ///< of a text, or an error's message: `NOSCRIPT No matching script`
  std::vector<Reply> items = {};

  [[nodiscard]] bool is_error() const { return kind == Kind::error; }

  friend bool operator==(const Reply&, const Reply&) = default;
};

/// Assembles replies from bytes as they arrive, with hiredis' reader. One per connection; not synchronised.
class ReplyReader {
 public:
  /// A larger reply breaks the connection: no command that is sent here has such an answer.
  static constexpr std::size_t reply_bytes_max = 64 * 1024;
  static constexpr std::size_t items_max = 1024;

  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);

  /// The next reply, if it has arrived completely; or why these bytes are no replies, and then so on every later call.
  [[nodiscard]] std::expected<std::optional<Reply>, std::string> next();

 private:
  struct Free {
    void operator()(redisReader* reader) const noexcept;
  };

  std::unique_ptr<redisReader, Free> reader_;
  std::size_t fed_bytes_ = 0;  ///< since the last whole reply
};

}  // namespace gatehouse::redis

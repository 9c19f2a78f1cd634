// Replies of Redis: they are the same however the bytes are split over reads, and so is the refusal of bytes that are
// not a reply.
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "redis/reply.hpp"

namespace {

using gatehouse::redis::Reply;
using gatehouse::redis::ReplyReader;

struct ReadReplies {
  std::vector<Reply> replies;
  bool is_refused = false;

  friend bool operator==(const ReadReplies&, const ReadReplies&) = default;
};

/// Reads all replies that have arrived.
void read_into(ReadReplies& read, ReplyReader& reader) {
  while (true) {
    auto next = reader.next();
    read.is_refused = !next;
    if (!next || !*next) return;
    read.replies.push_back(*std::move(*next));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(bytes), size};
  ReadReplies at_once;
  ReplyReader whole;
  whole.feed(text);
  read_into(at_once, whole);

  ReadReplies in_pieces;
  ReplyReader split;
  for (const std::string_view piece : {text.substr(0, size / 2), text.substr(size / 2)}) {
    split.feed(piece);
    read_into(in_pieces, split);
  }
  if (at_once != in_pieces) std::abort();
  return 0;
}

// The HTTP parser: any bytes, whole and in pieces whose length the first byte gives. The verdict is the same.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "http/request_parser.hpp"

namespace {

using gatehouse::http::ParserLimits;
using gatehouse::http::RequestParser;

constexpr ParserLimits limits{.header_bytes_max = 4096, .body_bytes_max = 1024};

std::pair<RequestParser::Progress, std::string> parse(std::string_view bytes, std::size_t piece) {
  std::string body;
  RequestParser parser(limits, body);
  std::size_t begin = 0;
  std::size_t end = 0;
  auto progress = RequestParser::Progress::more;
  while (end < bytes.size()) {
    end = std::min(bytes.size(), end + piece);
    do {
      std::size_t consumed = 0;
      progress = parser.feed(bytes.substr(begin, end - begin), consumed);
      begin += consumed;
    } while (progress == RequestParser::Progress::header);
    if (progress == RequestParser::Progress::done || progress == RequestParser::Progress::refused) break;
  }
  if (body.size() > limits.body_bytes_max) std::abort();
  return {progress, body};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view message{reinterpret_cast<const char*>(bytes + 1), size - 1};
  const auto whole = parse(message, message.size() + 1);
  const auto pieces = parse(message, 1U + bytes[0]);
  const bool whole_done = whole.first == RequestParser::Progress::done;
  const bool pieces_done = pieces.first == RequestParser::Progress::done;
  if (whole_done != pieces_done || (whole_done && whole.second != pieces.second)) std::abort();
  return 0;
}

#include "http/gzip.hpp"

#include <array>
#include <new>

namespace gatehouse::http {
namespace {

/// For deflateInit2(): the largest window, in the gzip format.
constexpr int window_bits = 15 + 16;
constexpr int memory_level = 8;

}  // namespace

Gzip::Gzip() {
  if (deflateInit2(&stream_, Z_BEST_SPEED, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
    throw std::bad_alloc{};
  }
}

Gzip::~Gzip() { deflateEnd(&stream_); }

std::string Gzip::compress(std::string_view piece, int flush) {
  std::string out;
  std::array<unsigned char, 16'384> block;
  // zlib does not write to its input, although its type says so.
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // NOLINT
  stream_.avail_in = static_cast<uInt>(piece.size());
  do {
    stream_.next_out = block.data();
    stream_.avail_out = block.size();
    (void)deflate(&stream_, flush);
    out.append(reinterpret_cast<const char*>(block.data()), block.size() - stream_.avail_out);
  } while (stream_.avail_out == 0);
  return out;
}

}  // namespace gatehouse::http

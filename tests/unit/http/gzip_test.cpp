#include "http/gzip.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace gatehouse::http {
namespace {

std::string inflated(const std::string& compressed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, 15 + 16), Z_OK);
  std::string text(1 << 20, '\0');
  std::string in = compressed;
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  text.resize(stream.total_out);
  inflateEnd(&stream);
  return text;
}

TEST(Gzip, PiecesOfAnySize_AreTheSameTextAgain) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
  Gzip gzip;
  std::string compressed = gzip.add(text.substr(0, 7));
  compressed += gzip.add("");
  compressed += gzip.add(text.substr(7));
  compressed += gzip.end();
  EXPECT_LT(compressed.size(), text.size() / 2);
  EXPECT_EQ(inflated(compressed), text);
}

}  // namespace
}  // namespace gatehouse::http

#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/places.hpp"

namespace gatehouse::testing {
namespace {

unsigned nibble(char digit) {
  if (digit >= '0' && digit <= '9') return static_cast<unsigned>(digit - '0');
  if (digit >= 'a' && digit <= 'f') return static_cast<unsigned>(digit - 'a' + 10);
  throw std::invalid_argument("not hexadecimal");
}

}  // namespace

std::string read_vectors(std::string_view file) {
  const std::filesystem::path path = vectors_folder() / file;
  std::ifstream in{path, std::ios::binary};
  if (!in) throw std::runtime_error("there is no " + path.string());
  return {std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}};
}

boost::json::value load_vectors(std::string_view file) { return boost::json::parse(read_vectors(file)); }

std::string from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) throw std::invalid_argument("an odd number of hexadecimal digits");
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    bytes += static_cast<char>(nibble(digits[i]) << 4U | nibble(digits[i + 1]));
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += digits[static_cast<unsigned char>(c) >> 4U];
    text += digits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

std::string text_of(const boost::json::value& object, std::string_view member) {
  return std::string{std::string_view{object.at(member).as_string()}};
}

std::string bytes_of(const boost::json::value& object, std::string_view member) {
  return from_hex(text_of(object, member));
}

std::string describe(const boost::json::value& test) {
  return "tcId " + std::to_string(test_id(test)) + " " + text_of(test, "comment");
}

std::int64_t test_id(const boost::json::value& test) { return test.at("tcId").to_number<std::int64_t>(); }

bool is_valid(const boost::json::value& test) { return text_of(test, "result") == "valid"; }

}  // namespace gatehouse::testing

#include "passwords/front_coded_words.hpp"

#include <algorithm>
#include <array>

namespace gatehouse::passwords {
namespace {

constexpr unsigned last_character = 0x80;
/// The generator accepts no longer word.
constexpr std::size_t coded_word_bytes_max = 64;

/// The words of a group, one after the other.
class Reader {
 public:
  explicit Reader(std::span<const unsigned char> group) : rest_(group) {}

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }
  [[nodiscard]] std::string_view next() {
    size_ = take();
    while (true) {
      const unsigned byte = take();
      word_[size_++] = static_cast<char>(byte & ~last_character);
      if ((byte & last_character) != 0) return {word_.data(), size_};
    }
  }

 private:
  unsigned take() {
    const unsigned byte = rest_.front();
    rest_ = rest_.subspan(1);
    return byte;
  }

  std::span<const unsigned char> rest_;
  std::array<char, coded_word_bytes_max> word_{};
  std::size_t size_ = 0;
};

}  // namespace

bool FrontCodedWords::contains(std::string_view word) const {
  // Finds the last group whose first word is not greater than `word`.
  const auto is_before = [&](std::uint16_t start) { return Reader{block_.subspan(start)}.next() <= word; };
  const auto behind = std::ranges::partition_point(group_starts_, is_before);
  if (behind == group_starts_.begin()) return false;
  const std::size_t start = *(behind - 1);
  const std::size_t end = behind == group_starts_.end() ? block_.size() : *behind;
  Reader reader{block_.subspan(start, end - start)};
  while (!reader.is_at_end()) {
    const std::string_view one = reader.next();
    if (one >= word) return one == word;
  }
  return false;
}

}  // namespace gatehouse::passwords

// Runs while the program is built: writes a sorted list of words as a C++ source file that holds them front-coded.
//
//     front_code <words.txt> <output.cpp> <function>
//
// passwords/front_coded_words.hpp describes the block. The words are lines of printable ASCII characters, sorted by
// their bytes.
#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t words_per_group = 64;
constexpr unsigned char last_character = 0x80;
constexpr std::size_t word_bytes_max = 64;

struct Coded {
  std::string block;
  std::vector<std::size_t> group_starts;
};

bool is_word(std::string_view word) {
  return !word.empty() && word.size() <= word_bytes_max &&
         std::ranges::all_of(word, [](char c) { return c > ' ' && c <= '~'; });
}

Coded code(const std::vector<std::string>& words) {
  Coded coded;
  std::string_view before;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    std::size_t shared = 0;
    if (i % words_per_group == 0) {
      coded.group_starts.push_back(coded.block.size());
    } else {
      // Each word adds at least one character of its own, which carries the end mark.
      shared = static_cast<std::size_t>(std::ranges::mismatch(before, word).in1 - before.begin());
    }
    coded.block += static_cast<char>(shared);
    coded.block += word.substr(shared);
    coded.block.back() = static_cast<char>(static_cast<unsigned char>(coded.block.back()) | last_character);
    before = word;
  }
  return coded;
}

void write_numbers(std::ostream& out, std::string_view type, std::string_view name, const auto& numbers) {
  constexpr std::size_t per_line = 32;
  out << "constexpr " << type << ' ' << name << "[] = {";
  for (std::size_t i = 0; i < numbers.size(); ++i) out << (i % per_line == 0 ? "\n" : "") << numbers[i] << ',';
  out << "};\n";
}

int fail(std::string_view reason) {
  std::cerr << "front_code: " << reason << '\n';
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return fail("usage: front_code <words.txt> <output.cpp> <function>");
  std::ifstream in{argv[1]};
  std::vector<std::string> words;
  for (std::string line; std::getline(in, line);) words.push_back(line);
  if (words.empty() || !std::ranges::all_of(words, is_word)) return fail("each line must be one word");
  if (std::ranges::adjacent_find(words, std::ranges::greater_equal{}) != words.end()) return fail("must be sorted");

  const Coded coded = code(words);
  const std::vector<unsigned> bytes{reinterpret_cast<const unsigned char*>(coded.block.data()),
                                    reinterpret_cast<const unsigned char*>(coded.block.data()) + coded.block.size()};
  if (coded.group_starts.back() > 0xFFFF) return fail("the block is larger than its index can say");
  std::ofstream out{argv[2]};
  out << "#include \"passwords/front_coded_words.hpp\"\n\n#include <cstdint>\n\nnamespace {\n";
  write_numbers(out, "unsigned char", "block", bytes);
  write_numbers(out, "std::uint16_t", "group_starts", coded.group_starts);
  out << "}  // namespace\n\ngatehouse::passwords::FrontCodedWords " << argv[3]
      << "() {\n  return {block, group_starts, " << words.size() << "};\n}\n";
  out.close();
  return out ? 0 : fail("the output cannot be written");
}

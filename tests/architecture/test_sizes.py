import pathlib
import statistics
import tempfile
import unittest

from sources import ROOT, cpp_files, functions_of, relative

FILE_LINES_MAX = 500
FILE_LINES_MEDIAN_MAX = 150
FUNCTION_LINES_MAX = 60
FUNCTION_LINES_MEDIAN_MAX = 15
FUNCTION_LINES_90TH_MAX = 45


def lines_of(path):
    return path.read_text().count("\n")


def scripts():
    found = [ROOT / "dev"]
    for folder in ("scripts", "tests", "bench", "cmake"):
        found += [path for path in (ROOT / folder).rglob("*") if path.suffix in (".sh", ".py", ".cmake")]
    return found


class Sizes(unittest.TestCase):
    def test_no_file_is_long(self):
        long = [f"{relative(path)}: {lines_of(path)} lines"
                for path in cpp_files("src", "tests", "bench") + scripts() if lines_of(path) > FILE_LINES_MAX]
        self.assertEqual([], long)

    def test_the_median_file_is_short(self):
        self.assertLessEqual(statistics.median(lines_of(path) for path in cpp_files("src")), FILE_LINES_MEDIAN_MAX)

    def test_no_function_is_long(self):
        functions = [function for path in cpp_files("src", "bench") for function in functions_of(path)]
        self.assertGreater(len(functions), 50, "the parser finds no functions any more")
        self.assertEqual([], [str(function) for function in functions if function.lines > FUNCTION_LINES_MAX])

    def test_most_functions_are_short(self):
        lengths = sorted(function.lines for path in cpp_files("src") for function in functions_of(path))
        self.assertLessEqual(statistics.median(lengths), FUNCTION_LINES_MEDIAN_MAX)
        self.assertLessEqual(lengths[len(lengths) * 9 // 10], FUNCTION_LINES_90TH_MAX)


SAMPLE = '''#include "x.hpp"
namespace a {
class B : public C {
 public:
  explicit B(int i) : i_{i}, j_{std::move(j)} {}
  int f() const override { return 10'000 + '{'; }
  std::vector<int> v_{1, 2};
};
int B::g(std::string s = "}") noexcept {
  auto inner = [&](int x) {
    return x;  // }
  };
  if (s == R"(})") {
    return inner(1);
  }
  return 0;
}
runtime::Task<std::expected<int, Error>> h(int a,
                                           int b) {
  co_return a;
}
B::B(int a, int b)
    : a_{a}, b_(b) {
  g();
}
constexpr Thing things[] = {{"a", f(1)}, {"b", f(2)}};
}
'''


class TheParser(unittest.TestCase):
    def test_it_finds_functions_and_their_lengths(self):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "sample.cpp"
            path.write_text(SAMPLE)
            self.assertEqual([(5, 1), (6, 1), (9, 9), (19, 3), (23, 3)], [(f.line, f.lines) for f in functions_of(path)])


if __name__ == "__main__":
    unittest.main()

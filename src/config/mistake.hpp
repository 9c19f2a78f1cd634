#pragma once

#include <string>
#include <vector>

namespace gatehouse::config {

/// One mistake in what the operator gave: which name, what is wrong with it, what to do. It names variables and files,
/// but never holds their contents.
struct Mistake {
  std::string name;
  std::string problem;
  std::string remedy;
};

using Mistakes = std::vector<Mistake>;

/// `PORT: must be a number from 0 to 65535; correct it or leave it out`.
[[nodiscard]] inline std::string to_text(const Mistake& mistake) {
  return mistake.name + ": " + mistake.problem + "; " + mistake.remedy;
}

}  // namespace gatehouse::config

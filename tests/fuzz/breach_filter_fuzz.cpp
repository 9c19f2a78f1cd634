#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>

#include "passwords/filter_view.hpp"

namespace {

using namespace gatehouse::passwords;

void require(bool holds) {
  if (!holds) std::abort();
}

/// Looks up hashes all over the partitions. No lookup may leave the file; sanitizers see it if one does.
void look_up(const FilterView& view) {
  constexpr std::uint64_t steps = 257;
  for (std::uint64_t step = 0; step < steps; ++step) {
    static_cast<void>(view.contains(step * (~std::uint64_t{0} / steps)));
  }
  static_cast<void>(view.contains(~std::uint64_t{0}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const auto file = std::as_bytes(std::span{bytes, size});
  const auto view = FilterView::read(file);
  if (!view) {
    require(!to_text(view.error()).empty());
    return 0;
  }
  require(view->header().file_bytes == size);
  require(view->header().directory_bytes() + filter_header_bytes <= size);
  std::string header;
  append_header(header, view->header());
  require(header.size() == filter_header_bytes);
  require(std::equal(header.begin(), header.end(), reinterpret_cast<const char*>(bytes)));
  look_up(*view);
  return 0;
}

#include "passwords/breach_filter.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "crypto/sha1.hpp"
#include "passwords/binary_file.hpp"
#include "passwords/filter_writer.hpp"

namespace gatehouse::passwords {
namespace {

std::string reason(std::string what, int error) {
  return what.append(": ").append(std::generic_category().message(error));
}

}  // namespace

void BreachFilter::Unmap::operator()(const std::byte* memory) const { ::munmap(const_cast<std::byte*>(memory), bytes); }

std::expected<BreachFilter::Mapping, std::string> BreachFilter::map(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return std::unexpected(reason("cannot be opened", errno));
  struct stat about{};
  const bool is_file = ::fstat(descriptor, &about) == 0 && S_ISREG(about.st_mode);
  const auto bytes = is_file ? static_cast<std::size_t>(about.st_size) : 0;
  void* memory = MAP_FAILED;
  int error = EINVAL;
  if (bytes > 0) {
    memory = ::mmap(nullptr, bytes, PROT_READ, MAP_SHARED, descriptor, 0);
    error = errno;
  }
  ::close(descriptor);
  if (!is_file) return std::unexpected("is not a file");
  if (bytes == 0) return std::unexpected(std::string{to_text(FilterFault::too_short)});
  if (memory == MAP_FAILED) return std::unexpected(reason("cannot be mapped", error));
  // Only a hint: a lookup has no use for neighbouring pages.
  ::madvise(memory, bytes, MADV_RANDOM);
  return Mapping{static_cast<const std::byte*>(memory), Unmap{bytes}};
}

std::expected<std::shared_ptr<const BreachFilter>, std::string> BreachFilter::open(const std::string& path) {
  auto mapping = map(path);
  if (!mapping) return std::unexpected(std::move(mapping.error()));
  const auto view = FilterView::read({mapping->get(), mapping->get_deleter().bytes});
  if (!view) return std::unexpected(std::string{to_text(view.error())});
  return std::shared_ptr<const BreachFilter>{new BreachFilter{*std::move(mapping), *view}};
}

bool BreachFilter::contains(std::string_view composed_password) const {
  return view_.contains(filter_key(crypto::sha1(composed_password)));
}

std::expected<FilterHeader, std::string> check_filter(const std::string& path) {
  const auto filter = BreachFilter::open(path);
  if (!filter) return std::unexpected(filter.error());
  const FilterHeader header = (*filter)->header();
  if (sha256_behind_header(BinaryFile::open(path)) != header.sha256) {
    return std::unexpected("is damaged: its SHA-256 is not the one in its header");
  }
  return header;
}

}  // namespace gatehouse::passwords

#include "service/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace gatehouse::service {
namespace {

constexpr std::uint64_t reserved_descriptors = 256;

}  // namespace

std::uint32_t raise_descriptor_limit(std::uint32_t wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return connections_below(limit.rlim_max, wanted);
}

std::uint32_t connections_below(std::uint64_t descriptors_max, std::uint32_t wanted) {
  const std::uint64_t reserved = std::min(reserved_descriptors, descriptors_max / 2);
  return static_cast<std::uint32_t>(std::clamp<std::uint64_t>(descriptors_max - reserved, 1, wanted));
}

}  // namespace gatehouse::service

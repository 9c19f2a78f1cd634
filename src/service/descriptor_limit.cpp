#include "service/descriptor_limit.hpp"

#include <sys/resource.h>

#include <algorithm>

namespace gatehouse::service {
namespace {

constexpr std::uint64_t reserved_descriptors = 256;

}  // namespace

ClientPlaces raise_descriptor_limit(ClientPlaces wanted) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return wanted;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  return places_below(limit.rlim_max, wanted);
}

ClientPlaces places_below(std::uint64_t descriptors_max, ClientPlaces wanted) {
  const std::uint64_t reserved = std::min(reserved_descriptors, descriptors_max / 2);
  const std::uint64_t all = std::max<std::uint64_t>(descriptors_max - reserved, 1);
  const std::uint64_t least_readers = std::min<std::uint64_t>(all / 8, wanted.feed_readers);
  const std::uint64_t connections = std::min<std::uint64_t>(all - least_readers, wanted.connections);
  return {.connections = static_cast<std::uint32_t>(connections),
          .feed_readers = static_cast<std::uint32_t>(std::min<std::uint64_t>(all - connections, wanted.feed_readers))};
}

}  // namespace gatehouse::service

#include "runtime/descriptor.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace gatehouse::runtime {

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error{errno, std::generic_category(), "pipe2"};
  return {.read = Descriptor{ends[0]}, .write = Descriptor{ends[1]}};
}

}  // namespace gatehouse::runtime

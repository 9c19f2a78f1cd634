#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace gatehouse::http {

/// Compresses a text piece by piece into the gzip format (RFC 1952). Throws std::bad_alloc if there is no memory.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// Returns the part of the compressed text that is ready; it may be empty.
  [[nodiscard]] std::string add(std::string_view piece) { return compress(piece, Z_NO_FLUSH); }
  /// Returns the rest. Nothing may be added afterwards.
  [[nodiscard]] std::string end() { return compress({}, Z_FINISH); }

 private:
  std::string compress(std::string_view piece, int flush);

  z_stream stream_{};
};

}  // namespace gatehouse::http

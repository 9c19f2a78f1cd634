#pragma once

#include <zlib.h>

#include <string>
#include <string_view>

namespace gatehouse::http {

/// Compresses a text piece by piece into the gzip form (RFC 1952). Throws std::bad_alloc where there is no memory.
class Gzip {
 public:
  Gzip();
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  /// What of the compressed text is ready; it may be nothing.
  [[nodiscard]] std::string add(std::string_view piece) { return compress(piece, Z_NO_FLUSH); }
  /// The rest of it. Nothing may be added afterwards.
  [[nodiscard]] std::string end() { return compress({}, Z_FINISH); }

 private:
  std::string compress(std::string_view piece, int flush);

  z_stream stream_{};
};

}  // namespace gatehouse::http

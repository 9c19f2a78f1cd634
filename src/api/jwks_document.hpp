#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace gatehouse::api {

/// The published keys as a JWK set (RFC 7517 section 5), ready to send. Immutable; any thread.
class JwksDocument {
 public:
  /// How long others may keep it, and use it while they fetch a new one (RFC 5861 section 3).
  struct Freshness {
    std::chrono::seconds max_age;
    std::chrono::seconds stale_while_revalidate;
  };

  /// `jwks`: public JWKs, as JSON.
  JwksDocument(std::span<const std::string> jwks, const Freshness& freshness);

  [[nodiscard]] std::string_view body() const { return body_; }
  /// In quotes; a different set has a different tag.
  [[nodiscard]] std::string_view etag() const { return etag_; }
  /// Header lines that allow every origin, with the ETag and how long to keep the document, each with its CRLF.
  [[nodiscard]] std::string_view header_lines() const { return header_lines_; }

 private:
  std::string body_;
  std::string etag_;
  std::string header_lines_;
};

}  // namespace gatehouse::api

#include "jose/jws_header.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

namespace gatehouse::jose {
namespace {

constexpr std::array<std::string_view, 9> refused_parameters{"crit", "jku", "jwk",      "x5u", "x5c",
                                                             "x5t",  "b64", "x5t#S256", "zip"};

/// The json::Sink that picks a header's parameters.
class HeaderReader {
 public:
  bool on_name(std::string_view name) {
    refused_parameter_ = std::ranges::find(refused_parameters, name) != refused_parameters.end();
    parameter_ = parameter_named(name);
    return !refused_parameter_;
  }
  bool on_value(const json::Scalar& value) {
    if (parameter_ == nullptr) return true;
    const auto* text = std::get_if<std::string_view>(&value);
    if (text != nullptr) *parameter_ = *text;
    return text != nullptr;
  }
  bool on_list() { return true; }
  bool on_entry(const json::Scalar&) { return parameter_ == nullptr; }
  bool on_fault(json::Fault) { return false; }

  [[nodiscard]] bool saw_refused_parameter() const { return refused_parameter_; }

  [[nodiscard]] std::expected<JwsHeader, JwsError> header() && {
    if (!algorithm_) return std::unexpected(JwsError::bad_header);
    return JwsHeader{.algorithm = *std::move(algorithm_), .kid = std::move(kid_), .type = std::move(type_)};
  }

 private:
  /// nullptr for those that are ignored.
  std::optional<std::string>* parameter_named(std::string_view name) {
    if (name == "alg") return &algorithm_;
    if (name == "kid") return &kid_;
    if (name == "typ") return &type_;
    return nullptr;
  }

  bool refused_parameter_ = false;
  std::optional<std::string>* parameter_ = nullptr;  ///< the one that the next value is for
  std::optional<std::string> algorithm_;
  std::optional<std::string> kid_;
  std::optional<std::string> type_;
};

}  // namespace

std::expected<JwsHeader, JwsError> read_jws_header(std::string_view base64url_part) {
  const auto text = from_base64url(base64url_part);
  if (!text) return std::unexpected(JwsError::bad_encoding);
  HeaderReader reader;
  json::TextBuffer texts;
  if (json::read(*text, json::small_limits, texts, reader) != json::Outcome::complete) {
    return std::unexpected(reader.saw_refused_parameter() ? JwsError::refused_parameter : JwsError::bad_header);
  }
  return std::move(reader).header();
}

std::string jws_header(const VerifyingKey& key, std::string_view type) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().member("alg", to_text(key.algorithm()));
  if (!type.empty()) writer.member("typ", type);
  writer.member("kid", key.kid()).end_object();
  return to_base64url(json);
}

}  // namespace gatehouse::jose

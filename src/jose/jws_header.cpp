#include "jose/jws_header.hpp"

#include <algorithm>

#include "base/base64url.hpp"
#include "base/json_text.hpp"
#include "json/flat_json.hpp"

namespace gatehouse::jose {
namespace {

constexpr std::array<std::string_view, 9> refused_parameters{"crit", "jku", "jwk",      "x5u", "x5c",
                                                             "x5t",  "b64", "x5t#S256", "zip"};

class HeaderReader final : public json::FlatJsonVisitor {
 public:
  bool on_name(std::string_view name) override {
    refused_parameter_ = std::ranges::find(refused_parameters, name) != refused_parameters.end();
    return !refused_parameter_;
  }

  bool on_member(const json::FlatJsonMember& member) override {
    if (member.name == "alg") return take(member, algorithm_);
    if (member.name == "kid") return take(member, kid_);
    if (member.name == "typ") return take(member, type_);
    return true;
  }

  [[nodiscard]] bool saw_refused_parameter() const { return refused_parameter_; }

  [[nodiscard]] std::expected<JwsHeader, JwsError> header() && {
    if (!algorithm_) return std::unexpected(JwsError::bad_header);
    return JwsHeader{.algorithm = *std::move(algorithm_), .kid = std::move(kid_), .type = std::move(type_)};
  }

 private:
  static bool take(const json::FlatJsonMember& member, std::optional<std::string>& out) {
    const auto* text = std::get_if<std::string_view>(&member.value);
    if (text == nullptr || member.in_list) return false;
    out = *text;
    return true;
  }

  bool refused_parameter_ = false;
  std::optional<std::string> algorithm_;
  std::optional<std::string> kid_;
  std::optional<std::string> type_;
};

}  // namespace

std::expected<JwsHeader, JwsError> read_jws_header(std::string_view base64url_part) {
  const auto text = from_base64url(base64url_part);
  if (!text) return std::unexpected(JwsError::bad_encoding);
  HeaderReader reader;
  if (!json::read_flat_json(*text, reader)) {
    return std::unexpected(reader.saw_refused_parameter() ? JwsError::refused_parameter : JwsError::bad_header);
  }
  return std::move(reader).header();
}

std::string jws_header(const VerifyingKey& key, std::string_view type) {
  std::string json = R"({"alg":")";
  json += to_text(key.algorithm());
  if (!type.empty()) {
    json += R"(","typ":)";
    append_json_string(json, type);
    json += R"(,"kid":)";
  } else {
    json += R"(","kid":)";
  }
  append_json_string(json, key.kid());
  json += '}';
  return to_base64url(json);
}

}  // namespace gatehouse::jose

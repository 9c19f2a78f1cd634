#include "api/jwks_document.hpp"

#include "api/entity_tag.hpp"
#include "json/writer.hpp"

namespace gatehouse::api {
namespace {

std::string write_set(std::span<const std::string> jwks) {
  std::string json;
  json::Writer writer{json};
  writer.begin_object().key("keys").begin_array();
  for (const std::string& jwk : jwks) writer.json(jwk);
  writer.end_array().end_object();
  return json;
}

}  // namespace

JwksDocument::JwksDocument(std::span<const std::string> jwks, const Freshness& freshness)
    : body_(write_set(jwks)), etag_(entity_tag_of(body_)) {
  header_lines_ =
      "Access-Control-Allow-Origin: *\r\nCache-Control: public, max-age=" + std::to_string(freshness.max_age.count()) +
      ", stale-while-revalidate=" + std::to_string(freshness.stale_while_revalidate.count()) + "\r\nETag: " + etag_ +
      "\r\n";
}

}  // namespace gatehouse::api

#pragma once

#include <string>
#include <string_view>

#include "json/writer.hpp"

namespace gatehouse::api {

/// `{"message":"…"}`: the answer of routes that did what they were asked and have nothing to show for it.
[[nodiscard]] inline std::string message_json(std::string_view message) {
  std::string json;
  json::Writer(json).begin_object().member("message", message).end_object();
  return json;
}

}  // namespace gatehouse::api

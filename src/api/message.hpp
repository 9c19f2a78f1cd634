#pragma once

#include <string>
#include <string_view>

#include "json/writer.hpp"

namespace gatehouse::api {

/// `{"message":"…"}`: the answer of routes that did what they were asked and have nothing else to return.
[[nodiscard]] inline std::string message_json(std::string_view message) {
  std::string json;
  json::Writer(json).begin_object().member("message", message).end_object();
  return json;
}

/// The answer to a request for a mail, whether or not there is anybody to send it to.
inline constexpr std::string_view mail_on_its_way = "If the address is known, a mail is on its way";

}  // namespace gatehouse::api

#include "api/traces.hpp"

#include <string>

#include "http/address.hpp"

namespace gatehouse::api {

using http::Field;

flows::Traces traces_of(const http::Request& request, unsigned v6_prefix) {
  flows::Traces traces;
  if (!request.client.is_backend) {
    const auto block = http::block_of(request.client.address, v6_prefix);
    traces.source = (block.is_v6 ? "6 " : "4 ") + std::to_string(block.bits);
  }
  if (request.headers.count(Field::device_token) == 1) {
    traces.device_token = std::string{request.headers[Field::device_token]};
  }
  return traces;
}

}  // namespace gatehouse::api

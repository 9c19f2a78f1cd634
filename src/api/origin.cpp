#include "api/origin.hpp"

#include <string>

#include "http/address.hpp"

namespace gatehouse::api {

using http::Field;

flows::Origin origin_of(const http::Request& request, unsigned v6_prefix) {
  flows::Origin origin;
  if (!request.client.is_backend) {
    const auto block = http::block_of(request.client.address, v6_prefix);
    origin.source = (block.is_v6 ? "6 " : "4 ") + std::to_string(block.bits);
  }
  if (request.headers.count(Field::device_token) == 1) {
    origin.device_token = std::string{request.headers[Field::device_token]};
  }
  return origin;
}

}  // namespace gatehouse::api

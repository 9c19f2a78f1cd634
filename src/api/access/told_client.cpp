#include "api/access/told_client.hpp"

#include "http/address.hpp"

namespace gatehouse::api {

using http::Field;

bool read_told_client(http::Request& request) {
  if (!request.caller.tells_client || !request.headers.has(Field::client_address)) return true;
  const auto address = http::read_hop(request.headers[Field::client_address]);
  if (!address || request.headers.count(Field::client_address) != 1) return false;
  request.client.tell(*address, request.client_text);
  request.client.user_agent = request.headers[Field::client_user_agent];
  return true;
}

}  // namespace gatehouse::api

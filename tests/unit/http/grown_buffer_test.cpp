#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "connection_fixture.hpp"
#include "http/read_buffer.hpp"

namespace gatehouse::http {
namespace {

using GrownBufferTest = ConnectionFixture;

// A header field read after the buffer had grown was once overwritten by part of the body, such as a password.
TEST_F(GrownBufferTest, FieldsBehindTheGrowthOfTheBuffer_WereOverwrittenByTheBody) {
  const std::string key(40, 'k');
  const std::string body(3 * ReadBuffer::first_bytes, 'b');
  for (std::size_t pad = ReadBuffer::first_bytes - 200; pad < 2 * ReadBuffer::first_bytes; pad += 31) {
    RawClient client = connect();
    const std::string fields = "X-Pad: " + std::string(pad, 'p') + "\r\nX-API-Key: " + key + "\r\n";
    const std::string request = post("/a", body, fields);
    std::string_view message = request;
    const std::size_t head = message.size() - body.size();
    for (const std::size_t piece : {head - 60, std::size_t{60}, std::size_t{10}, body.size() - 10}) {
      client.send(message.substr(0, piece));
      message.remove_prefix(piece);
      turn();
    }
    ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
    EXPECT_EQ(responder_.seen().back().api_key_text, key);
    EXPECT_EQ(responder_.seen().back().body, body);
  }
}

}  // namespace
}  // namespace gatehouse::http

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>

#include "connection_fixture.hpp"

namespace gatehouse::http {
namespace {

using namespace std::chrono_literals;

class StreamConnectionTest : public ConnectionFixture {
 protected:
  /// Whether a streamed body has come to its last chunk.
  static bool is_whole(const std::string& received) { return received.ends_with("0\r\n\r\n"); }
};

TEST_F(StreamConnectionTest, Request_IsAnswered_AndTheConnectionStays) {
  RawClient client = connect();
  client.send(get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 200 OK\r\n"));
  EXPECT_FALSE(client.has("Connection:"));
  client.forget();
  client.send(get("/b"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/b"));
  EXPECT_EQ(counts_.served, 1U);
}

TEST_F(StreamConnectionTest, PipelinedRequests_LeaveInOneWriteAndInOrder) {
  RawClient client = connect(SOCK_SEQPACKET);
  client.send(get("/a") + post("/b", "body") + get("/c"));
  const std::string answers = packet(client);
  const std::size_t a = answers.find("\r\n\r\n/a");
  const std::size_t b = answers.find("\r\n\r\n/b");
  const std::size_t c = answers.find("\r\n\r\n/c");
  EXPECT_LT(a, b);
  EXPECT_LT(b, c);
  EXPECT_NE(c, std::string::npos);
  ASSERT_EQ(responder_.seen().size(), 3U);
  EXPECT_EQ(responder_.seen()[1].body, "body");
}

TEST_F(StreamConnectionTest, PipelineLimit_IsWhatOneWriteAnswers) {
  settings_.pipeline_max = 2;
  RawClient client = connect(SOCK_SEQPACKET);
  client.send(get("/a") + get("/b") + get("/c"));
  EXPECT_TRUE(packet(client).ends_with("\r\n\r\n/b"));
  EXPECT_TRUE(packet(client).ends_with("\r\n\r\n/c"));
}

TEST_F(StreamConnectionTest, ManyBytesOfAnswers_AreNotHeldBack) {
  RawClient client = connect(SOCK_SEQPACKET);
  client.send(get("/large") + get("/large") + get("/c"));
  EXPECT_GT(packet(client).size(), 2 * ScriptedResponder::large_bytes);
  EXPECT_TRUE(packet(client).ends_with("\r\n\r\n/c"));
}

TEST_F(StreamConnectionTest, HandlerThatWaits_HoldsUpLaterRequestsButNotEarlierAnswers) {
  RawClient client = connect(SOCK_SEQPACKET);
  client.send(get("/a") + get("/wait") + get("/b"));
  EXPECT_TRUE(packet(client).ends_with("\r\n\r\n/a"));
  EXPECT_EQ(responder_.seen().size(), 2U);
  responder_.open_gate();
  EXPECT_TRUE(packet(client).ends_with("\r\n\r\n/b"));
  EXPECT_TRUE(client.has("\r\n\r\n/wait"));
}

TEST_F(StreamConnectionTest, HandlerThatWaits_LetsOtherConnectionsGoOn) {
  RawClient first = connect();
  first.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  RawClient second = connect();
  second.send(get("/a"));
  EXPECT_TRUE(arrives(second, "\r\n\r\n/a"));
  responder_.open_gate();
  EXPECT_TRUE(arrives(first, "\r\n\r\n/wait"));
}

TEST_F(StreamConnectionTest, HandlerThatAnswersNothing_Is500) {
  RawClient client = connect();
  client.send(get("/silent"));
  EXPECT_TRUE(arrives(client, "HTTP/1.1 500 "));
}

TEST_F(StreamConnectionTest, BodyOverSeveralReads_IsPutTogether) {
  RawClient client = connect();
  const std::string body(20'000, 'b');
  std::string message = post("/a", body) + get("/next");
  while (!message.empty()) {
    const std::size_t sent = client.send_some(std::string_view{message}.substr(0, 1'500));
    message.erase(0, sent);
    turn();
  }
  ASSERT_TRUE(arrives(client, "\r\n\r\n/next"));
  ASSERT_EQ(responder_.seen().size(), 2U);
  EXPECT_EQ(responder_.seen()[0].body, body);
}

TEST_F(StreamConnectionTest, HeaderByteByByte_IsRead) {
  RawClient client = connect();
  for (const char byte : post("/a", "body", "X-API-Key: k\r\n")) {
    client.send({&byte, 1});
    turn();
  }
  EXPECT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_EQ(responder_.seen().at(0).body, "body");
}

// More bytes than the read buffer holds, so that some header lies across its end, whole or in part, at every offset.
TEST_F(StreamConnectionTest, HeaderAtTheBuffersEnd_IsMovedAndRead) {
  settings_.header_bytes_max = 1024;
  constexpr std::size_t requests = 400;
  for (const std::size_t body_bytes : {std::size_t{0}, std::size_t{1}, std::size_t{600}}) {
    const std::size_t seen_before = responder_.seen().size();
    RawClient client = connect();
    std::string messages;
    for (std::size_t i = 0; i < requests; ++i) {
      messages += post("/" + std::to_string(i), std::string(body_bytes, 'b'), "X-Pad: " + std::string(i, 'p') + "\r\n");
    }
    ASSERT_TRUE(eventually([&] {
      messages.erase(0, client.send_some(messages));
      client.receive_some();
      return client.answers() == requests;
    }));
    for (std::size_t i = 0; i < requests; ++i) {
      const auto& seen = responder_.seen().at(seen_before + i);
      ASSERT_EQ(seen.path, "/" + std::to_string(i));
      ASSERT_EQ(seen.body, std::string(body_bytes, 'b'));
    }
  }
}

TEST_F(StreamConnectionTest, UnreadableRequest_IsRefusedWithItsStatus_AndTheConnectionEnds) {
  settings_.header_bytes_max = 1024;
  settings_.body_bytes_max = 100;
  struct Case {
    std::string message;
    std::string_view status;
  };
  for (const auto& [message, status] :
       {Case{"GET / HTTP/1.1\r\n\r\n", "400"}, Case{post("/", std::string(101, 'b')), "413"},
        Case{get("/" + std::string(9'000, 'a')), "414"}, Case{get("/", "Expect: tea\r\n"), "417"},
        Case{get("/", "X: " + std::string(2'000, 'x') + "\r\n"), "431"},
        Case{"GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x'), "431"}}) {
    RawClient client = connect();
    client.send(get("/first") + message + get("/never"));
    ASSERT_TRUE(ends(client)) << status;
    EXPECT_EQ(client.answers(), 2U) << status;
    EXPECT_TRUE(client.has("HTTP/1.1 " + std::string{status} + " ")) << client.received();
    EXPECT_TRUE(client.has("Connection: close\r\n")) << status;
    EXPECT_EQ(responder_.seen().back().path, "/first");
    client.close();
    EXPECT_TRUE(all_gone());
  }
}

TEST_F(StreamConnectionTest, RefusedClient_MaySendOnWhileItReadsTheAnswer) {
  settings_.body_bytes_max = 100;
  RawClient client = connect();
  client.send(post("/", std::string(10'000, 'b')));
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("HTTP/1.1 413 "));
  client.send("still sending");
  turn();
  sweep();
  EXPECT_EQ(counts_.served, 1U);
  client.close();
  EXPECT_TRUE(all_gone());
}

TEST_F(StreamConnectionTest, RefusedClient_ThatSendsWithoutEnd_IsLeft) {
  RawClient client = connect();
  client.send("nonsense\r\n\r\n");
  const std::string flood(16 * 1024, 'f');
  EXPECT_TRUE(eventually([&] {
    (void)client.send_some(flood);
    return counts_.served == 0;
  }));
}

TEST_F(StreamConnectionTest, RefusedClient_ThatStaysSilent_IsLeftAfterTheLinger) {
  RawClient client = connect();
  client.send("nonsense\r\n\r\n");
  ASSERT_TRUE(ends(client));
  sweep();
  turn();
  EXPECT_EQ(counts_.served, 1U);
  EXPECT_TRUE(swept_away());
}

TEST_F(StreamConnectionTest, SlowHeader_Is408) {
  settings_.header_timeout = 0ms;
  RawClient client = connect();
  client.send("GET /a HT");
  ASSERT_TRUE(eventually([&] {
    sweep();
    client.receive_some();
    return client.has("HTTP/1.1 408 ");
  }));
  EXPECT_TRUE(responder_.seen().empty());
}

TEST_F(StreamConnectionTest, SlowBody_Is408_AndAHeaderInTimeDoesNotHelp) {
  settings_.body_timeout = 0ms;
  RawClient client = connect();
  client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab");
  ASSERT_TRUE(eventually([&] {
    sweep();
    client.receive_some();
    return client.has("HTTP/1.1 408 ");
  }));
  EXPECT_TRUE(responder_.seen().empty());
}

TEST_F(StreamConnectionTest, DeadlinesThatHaveNotPassed_ChangeNothing) {
  RawClient client = connect();
  turn();
  sweep();
  client.send("POST /wait HTTP/1.1\r\nHost: a\r\n");
  turn();
  sweep();
  client.send("Content-Length: 2\r\n\r\na");
  turn();
  sweep();
  client.send("b");
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  sweep();
  responder_.open_gate();
  EXPECT_TRUE(arrives(client, "\r\n\r\n/wait"));
}

TEST_F(StreamConnectionTest, IdleConnection_EndsAtItsDeadlineWithoutAnAnswer) {
  settings_.idle_timeout = 0ms;
  RawClient client = connect();
  turn();
  EXPECT_TRUE(swept_away());
  EXPECT_TRUE(ends(client));
  EXPECT_EQ(client.received(), "");
}

TEST_F(StreamConnectionTest, RequestThatHasArrivedUnread_IsAnsweredAlthoughTheIdleDeadlineHasPassed) {
  settings_.idle_timeout = 0ms;
  RawClient client = connect();
  turn();
  client.send(get("/a"));
  sweep();
  EXPECT_TRUE(arrives(client, "\r\n\r\n/a"));
}

TEST_F(StreamConnectionTest, CloseIfIdle_SparesABusyConnection) {
  RawClient client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  connection_.lock()->close_if_idle();
  responder_.open_gate();
  ASSERT_TRUE(arrives(client, "\r\n\r\n/wait"));
  turn();
  connection_.lock()->close_if_idle();
  EXPECT_TRUE(ends(client));
}

TEST_F(StreamConnectionTest, ClientThatStopsReading_IsLeftAtTheWriteDeadline) {
  settings_.write_timeout = 0ms;
  RawClient client = connect();
  std::string messages;
  for (int i = 0; i < 32; ++i) messages += get("/large");
  client.send(messages);
  EXPECT_TRUE(swept_away());
  EXPECT_LT(responder_.seen().size(), 32U);
}

TEST_F(StreamConnectionTest, ClientThatReadsLate_GetsEverything) {
  RawClient client = connect();
  std::string messages;
  for (int i = 0; i < 32; ++i) messages += get("/large");
  client.send(messages);
  turn();
  sweep();
  EXPECT_LT(responder_.seen().size(), 32U);
  EXPECT_TRUE(answers(client, 32));
}

TEST_F(StreamConnectionTest, ConnectionClose_EndsItAfterTheAnswer) {
  RawClient client = connect();
  client.send(get("/a", "Connection: close\r\n") + get("/never"));
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.received().ends_with("\r\n\r\n/a"));
  EXPECT_TRUE(client.has("Connection: close\r\n"));
  EXPECT_EQ(responder_.seen().size(), 1U);
  EXPECT_TRUE(all_gone());
}

TEST_F(StreamConnectionTest, ClientThatHalfCloses_GetsItsAnswers) {
  RawClient client = connect();
  client.send(get("/a") + get("/b"));
  client.end_sending();
  ASSERT_TRUE(ends(client));
  EXPECT_EQ(client.answers(), 2U);
  EXPECT_TRUE(all_gone());
}

TEST_F(StreamConnectionTest, ClientThatLeavesInsideARequest_IsForgotten) {
  for (const std::string_view message : {"", "GET /a", "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"}) {
    RawClient client = connect();
    client.send(message);
    turn();
    client.close();
    EXPECT_TRUE(all_gone()) << message;
  }
  EXPECT_TRUE(responder_.seen().empty());
}

TEST_F(StreamConnectionTest, Expect100_IsContinuedBeforeTheBody) {
  RawClient client = connect();
  const std::string message = post("/a", "body", "Expect: 100-continue\r\n");
  client.send(message.substr(0, message.size() - 4));
  ASSERT_TRUE(arrives(client, "HTTP/1.1 100 Continue\r\n\r\n"));
  EXPECT_EQ(client.answers(), 1U);
  client.send("body");
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_EQ(client.answers(), 2U);
}

TEST_F(StreamConnectionTest, Expect100_IsNotContinuedWhereTheBodyIsHereOrTheClientIsOld) {
  RawClient client = connect();
  client.send(post("/a", "body", "Expect: 100-continue\r\n"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  client.send("POST /b HTTP/1.0\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  turn();
  client.send("body");
  ASSERT_TRUE(arrives(client, "\r\n\r\n/b"));
  EXPECT_FALSE(client.has(" 100 "));
}

TEST_F(StreamConnectionTest, Http10_ClosesUnlessAskedToStay) {
  RawClient client = connect();
  client.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  EXPECT_TRUE(client.has("Connection: keep-alive\r\n"));
  client.send("GET /b HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("Connection: close\r\n"));
  EXPECT_TRUE(client.has("\r\n\r\n/b"));
}

TEST_F(StreamConnectionTest, ClientsReset_EndsTheConnection) {
  RawClient client = connect_over_tcp();
  client.send(get("/a"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  client.reset();
  EXPECT_TRUE(all_gone());
}

TEST_F(StreamConnectionTest, ClientsReset_WhileAHandlerWaits_IsFoundWhenItAnswers) {
  RawClient client = connect_over_tcp();
  client.send(get("/wait") + get("/never"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  client.reset();
  turn();
  EXPECT_EQ(counts_.served, 1U);
  responder_.open_gate();
  EXPECT_TRUE(all_gone());
}

TEST_F(StreamConnectionTest, StreamedAnswer_IsChunked_AndTheConnectionStays) {
  RawClient client = connect();
  client.send(get("/stream") + get("/next"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/next"));
  EXPECT_TRUE(
      client.has("Transfer-Encoding: chunked\r\n\r\n8\r\npiece 0\n\r\n8\r\npiece 1\n\r\n8\r\npiece 2\n\r\n"
                 "0\r\n\r\nHTTP/1.1 200 OK"));
}

TEST_F(StreamConnectionTest, StreamedAnswer_ForHttp10_IsEndedByTheClose) {
  RawClient client = connect();
  client.send("GET /stream HTTP/1.0\r\n\r\n");
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.received().ends_with("\r\n\r\npiece 0\npiece 1\npiece 2\n"));
}

TEST_F(StreamConnectionTest, StreamedAnswer_IsMadeOnlyAsFastAsTheClientTakesIt) {
  RawClient client = connect();
  client.send(get("/endless"));
  ASSERT_TRUE(arrives(client, "eeee"));
  turn();
  sweep();
  EXPECT_FALSE(responder_.saw_client_go());
  client.close();
  EXPECT_TRUE(all_gone());
  EXPECT_TRUE(responder_.saw_client_go());
}

TEST_F(StreamConnectionTest, StreamedAnswer_ToAClientThatStopsReading_EndsAtTheWriteDeadline) {
  settings_.write_timeout = 0ms;
  RawClient client = connect();
  client.send(get("/endless"));
  EXPECT_TRUE(swept_away());
  EXPECT_TRUE(responder_.saw_client_go());
}

TEST_F(StreamConnectionTest, AbortedAnswer_EndsWithAReset) {
  for (const char* path : {"/abort", "/unended"}) {
    RawClient client = connect_over_tcp();
    client.send(get(path));
    ASSERT_TRUE(eventually([&] { return client.receive_some(), client.was_reset() || client.ended(); })) << path;
    EXPECT_TRUE(client.was_reset()) << path;
    EXPECT_FALSE(is_whole(client.received())) << path;
    EXPECT_TRUE(all_gone()) << path;
  }
}

TEST_F(StreamConnectionTest, TurnedAwayClient_Gets503WhateverItAsks_AndTheConnectionEnds) {
  const std::array<int, 2> ends = socket_pair(SOCK_STREAM);
  RawClient client(ends[1]);
  adopt(ends[0]).turn_away();
  client.send(get("/a"));
  ASSERT_TRUE(this->ends(client));
  EXPECT_TRUE(client.received().starts_with("HTTP/1.1 503 "));
  EXPECT_EQ(client.answers(), 1U);
  EXPECT_TRUE(responder_.seen().empty());
  client.close();
  EXPECT_TRUE(all_gone());
}

TEST_F(StreamConnectionTest, Draining_ClosesAfterTheAnswer) {
  RawClient client = connect();
  client.send(get("/wait"));
  ASSERT_TRUE(eventually([&] { return responder_.waiting() == 1; }));
  context().common_headers.begin_draining();
  responder_.open_gate();
  ASSERT_TRUE(ends(client));
  EXPECT_TRUE(client.has("Connection: close\r\n"));
  EXPECT_TRUE(client.has("\r\n\r\n/wait"));
}

TEST_F(StreamConnectionTest, RequestId_IsTheClientsOrANewOne) {
  RawClient client = connect();
  client.send(get("/a", "X-Request-Id: mine-1\r\n") + get("/b"));
  ASSERT_TRUE(answers(client, 2));
  EXPECT_TRUE(client.has("X-Request-Id: mine-1\r\n"));
  EXPECT_EQ(responder_.seen()[0].id, "mine-1");
  EXPECT_TRUE(client.has("X-Request-Id: " + responder_.seen()[1].id + "\r\n"));
  EXPECT_GT(responder_.seen()[1].id.size(), 16U);
}

TEST_F(StreamConnectionTest, ForwardedFor_IsBelievedFromATrustedProxyOnly) {
  const std::string message = get("/a", "X-Forwarded-For: 203.0.113.9\r\n");
  for (const auto& [peer, client_address] :
       {std::pair{"198.51.100.7", "203.0.113.9"}, std::pair{"192.0.2.1", "192.0.2.1"}}) {
    const std::array<int, 2> ends = socket_pair(SOCK_STREAM);
    RawClient client(ends[1]);
    adopt(ends[0], peer).start();
    client.send(message);
    ASSERT_TRUE(answers(client, 1));
    EXPECT_EQ(responder_.seen().back().client, client_address);
    EXPECT_EQ(disbelieved_, peer == std::string_view{client_address} ? peer : "");
  }
}

TEST_F(StreamConnectionTest, SecretsOfAnAnsweredRequest_AreWiped) {
  RawClient client = connect();
  client.send(post("/a", "password", "X-API-Key: the-key\r\n"));
  ASSERT_TRUE(arrives(client, "\r\n\r\n/a"));
  turn();
  const auto& seen = responder_.seen().at(0);
  ASSERT_EQ(seen.body, "password");
  // The connection still owns both buffers, for its next request.
  EXPECT_TRUE(std::ranges::all_of(std::string_view{seen.body_bytes, seen.body.size()}, [](char c) { return c == 0; }));
  EXPECT_TRUE(std::ranges::all_of(seen.api_key, [](char c) { return c == 0; }));
}

}  // namespace
}  // namespace gatehouse::http

#include "http/request_parser.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace gatehouse::http {
namespace {

constexpr ParserLimits limits{.header_bytes_max = 1024, .body_bytes_max = 64, .target_bytes_max = 100};

/// One parse of one message, fed whole or in pieces.
class RequestParserTest : public ::testing::Test {
 protected:
  RequestParser::Progress parse(std::string_view message, std::size_t piece = std::string_view::npos) {
    message_ = message;
    body_.clear();
    parser_.emplace(limits, body_);
    std::size_t begin = 0;
    std::size_t end = 0;
    auto progress = RequestParser::Progress::more;
    while (end < message_.size()) {
      end = std::min(message_.size(), piece > message_.size() ? message_.size() : end + piece);
      progress = feed(begin, end);
      if (progress == RequestParser::Progress::header && begin < end) progress = feed(begin, end);
      if (progress == RequestParser::Progress::done || progress == RequestParser::Progress::refused) break;
    }
    consumed_ = begin;
    return progress;
  }

  RequestParser::Progress feed(std::size_t& begin, std::size_t end) {
    std::size_t consumed = 0;
    const auto progress = parser_->feed(std::string_view{message_}.substr(begin, end - begin), consumed);
    begin += consumed;
    return progress;
  }

  Status refusal(std::string_view message) {
    EXPECT_EQ(parse(message), RequestParser::Progress::refused) << message;
    return parser_->refusal();
  }

  std::string message_;
  std::string body_;
  std::optional<RequestParser> parser_;
  std::size_t consumed_ = 0;
};

TEST_F(RequestParserTest, GetWithQuery_IsTakenApart) {
  ASSERT_EQ(parse("GET /users?limit=2&after=x HTTP/1.1\r\nHost: a\r\nX-API-Key: k\r\n\r\n"),
            RequestParser::Progress::done);
  const Request& request = parser_->request();
  EXPECT_EQ(request.method, Method::get);
  EXPECT_EQ(request.path, "/users");
  EXPECT_EQ(request.query, "limit=2&after=x");
  EXPECT_EQ(request.headers[Field::api_key], "k");
  EXPECT_TRUE(request.keep_alive);
  EXPECT_FALSE(request.is_http_1_0);
}

TEST_F(RequestParserTest, Fields_AreKnownInAnyCase) {
  for (const bool upper : {false, true}) {
    std::string message = "GET / HTTP/1.1\r\n";
    for (const std::string_view name : {"Host", "Content-Type", "Authorization", "X-API-Key", "Origin", "X-Request-Id",
                                        "X-Forwarded-For", "User-Agent", "Access-Control-Request-Method"}) {
      for (const char c : name) message += static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
      message.append(": ").append(name).append("\r\n");
    }
    ASSERT_EQ(parse(message + "X-API-Kez: no\r\nAccept: no\r\n\r\n"), RequestParser::Progress::done);
    const Headers& headers = parser_->request().headers;
    EXPECT_EQ(headers[Field::host], "Host");
    EXPECT_EQ(headers[Field::content_type], "Content-Type");
    EXPECT_EQ(headers[Field::authorization], "Authorization");
    EXPECT_EQ(headers[Field::api_key], "X-API-Key");
    EXPECT_EQ(headers[Field::origin], "Origin");
    EXPECT_EQ(headers[Field::request_id], "X-Request-Id");
    EXPECT_EQ(headers[Field::forwarded_for], "X-Forwarded-For");
    EXPECT_EQ(headers[Field::user_agent], "User-Agent");
    EXPECT_EQ(headers[Field::access_control_request_method], "Access-Control-Request-Method");
    EXPECT_FALSE(headers.has(Field::expect));
  }
}

TEST_F(RequestParserTest, MethodWithoutAName_IsUnknown) {
  ASSERT_EQ(parse("BREW / HTTP/1.1\r\nHost: a\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().method, Method::unknown);
  EXPECT_EQ(to_text(parser_->request().method), "OTHER");
  ASSERT_EQ(parse("get / HTTP/1.1\r\nHost: a\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().method, Method::unknown) << "methods are case-sensitive";
}

TEST_F(RequestParserTest, AbsoluteForm_IsReadWithoutItsAuthority) {
  struct Case {
    std::string_view target;
    std::string_view path;
    std::string_view query;
  };
  for (const auto& [target, path, query] : {Case{"http://a/users?limit=2", "/users", "limit=2"},
                                            Case{"HTTPS://a:8000/", "/", ""}, Case{"http://[::1]", "/", ""}}) {
    ASSERT_EQ(parse("GET " + std::string{target} + " HTTP/1.1\r\nHost: a\r\n\r\n"), RequestParser::Progress::done);
    EXPECT_EQ(parser_->request().path, path);
    EXPECT_EQ(parser_->request().query, query);
  }
}

TEST_F(RequestParserTest, TargetOfAnotherForm_IsRefused) {
  for (const char* target :
       {"users", "a:80", "http:/users", "http:///users", "ftp://a/users", "http://a?x", "**", "://a/",
        "http://user@a/users", "http://a:b/users", "http://[::1/users", "http://a b/users"}) {
    EXPECT_EQ(refusal("GET " + std::string{target} + " HTTP/1.1\r\nHost: a\r\n\r\n"), Status::bad_request) << target;
  }
}

TEST_F(RequestParserTest, BodyInAnyPieces_IsTheSame) {
  constexpr std::string_view message = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\nhello world";
  for (std::size_t piece = 1; piece <= message.size(); ++piece) {
    ASSERT_EQ(parse(message, piece), RequestParser::Progress::done) << piece;
    EXPECT_EQ(parser_->request().body, "hello world");
  }
}

TEST_F(RequestParserTest, ChunkedBodyInAnyPieces_IsTheSame) {
  constexpr std::string_view message =
      "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5;ext=1\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece <= message.size(); ++piece) {
    ASSERT_EQ(parse(message, piece), RequestParser::Progress::done) << piece;
    EXPECT_EQ(parser_->request().body, "hello world");
  }
}

TEST_F(RequestParserTest, PipelinedRequest_IsLeftAlone) {
  constexpr std::string_view first = "GET /a HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string both = std::string{first}.append("GET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  ASSERT_EQ(parse(both), RequestParser::Progress::done);
  EXPECT_EQ(consumed_, first.size());
}

TEST_F(RequestParserTest, Trailers_NeverBecomeHeaders) {
  ASSERT_EQ(parse("POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "1\r\nx\r\n0\r\nX-API-Key: smuggled\r\nAuthorization: Bearer y\r\n\r\n"),
            RequestParser::Progress::done);
  EXPECT_FALSE(parser_->request().headers.has(Field::api_key));
  EXPECT_FALSE(parser_->request().headers.has(Field::authorization));
}

TEST_F(RequestParserTest, EmptyAndPaddedValues_AreNoFolds) {
  ASSERT_EQ(parse("GET / HTTP/1.1\r\nHost:a\r\nX-A:\r\nX-B: \t\r\nX-API-Key: \t k \t\r\n\r\n"),
            RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().headers[Field::api_key], "k");
}

TEST_F(RequestParserTest, HeaderIsReported_BeforeItsBodyIsTakenIn) {
  constexpr std::string_view head = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n";
  message_ = std::string{head}.append("abc");
  parser_.emplace(limits, body_);
  std::size_t begin = 0;
  ASSERT_EQ(feed(begin, message_.size()), RequestParser::Progress::header);
  EXPECT_EQ(begin, head.size());
  EXPECT_EQ(parser_->header_end(), message_.data() + head.size());
  EXPECT_TRUE(body_.empty());
  ASSERT_EQ(feed(begin, message_.size()), RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().body, "abc");
}

TEST_F(RequestParserTest, DiscardedBody_IsReadToItsEnd) {
  for (const std::string_view framed :
       {"Content-Length: 5\r\n\r\nhello", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"}) {
    message_ = std::string{"POST /a HTTP/1.1\r\nHost: a\r\n"}.append(framed);
    parser_.emplace(limits, body_);
    std::size_t begin = 0;
    ASSERT_EQ(feed(begin, message_.size()), RequestParser::Progress::header);
    parser_->discard_body();
    ASSERT_EQ(feed(begin, message_.size()), RequestParser::Progress::done);
    EXPECT_EQ(begin, message_.size());
    EXPECT_TRUE(parser_->request().body.empty());
  }
}

// The room was once doubled, to twice the size that a body may have.
TEST_F(RequestParserTest, RoomForABody_IsNoLargerThanABodyMayBe) {
  const std::string message = "POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\n\r\n" + std::string(64, 'x');
  ASSERT_EQ(parse(message, 40), RequestParser::Progress::done);
  EXPECT_LE(body_.capacity(), limits.body_bytes_max);
}

TEST_F(RequestParserTest, RepeatedHeader_IsCounted) {
  ASSERT_EQ(parse("GET / HTTP/1.1\r\nHost: a\r\nX-API-Key: one\r\nx-api-key: two\r\n\r\n"),
            RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().headers.count(Field::api_key), 2U);
}

TEST_F(RequestParserTest, RepeatedForwardedFor_IsKeptInItsOrder) {
  ASSERT_EQ(parse("GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 1.1.1.1\r\nX-Forwarded-For: 2.2.2.2\r\n\r\n"),
            RequestParser::Progress::done);
  const auto lines = parser_->request().headers.forwarded_for();
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0], "1.1.1.1");
  EXPECT_EQ(lines[1], "2.2.2.2");
}

TEST_F(RequestParserTest, AmbiguousFraming_IsRefused) {
  constexpr std::string_view post = "POST /a HTTP/1.1\r\nHost: a\r\n";
  for (const std::string_view headers : {
           "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
           "Transfer-Encoding: gzip, chunked\r\n",
           "Transfer-Encoding: identity\r\n",
           "Transfer-Encoding: chunked, chunked\r\n",
           "Transfer-Encoding: xchunked\r\n",
           "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
           "Transfer-Encoding:\r\n",
           "Content-Length: 3\r\nContent-Length: 3\r\n",
           "Content-Length: 3\r\nContent-Length: 4\r\n",
           "Content-Length: +3\r\n",
           "Content-Length: -1\r\n",
           "Content-Length: 0x3\r\n",
           "Content-Length: 3, 3\r\n",
           "Content-Length: 99999999999999999999999\r\n",
       }) {
    std::string message{post};
    message.append(headers).append("\r\nabc");
    EXPECT_EQ(refusal(message), Status::bad_request) << headers;
  }
  EXPECT_EQ(refusal("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), Status::bad_request);
}

TEST_F(RequestParserTest, MalformedMessages_AreRefused) {
  for (const std::string_view message : {
           "GET / HTTP/1.1\r\n\r\n",                        // no Host
           "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",  // two of them
           "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n",
           "GET http://a/ HTTP/1.1\r\n\r\n",  // an absolute form does not replace it
           "GET http://a/ HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
           "GET http://a/ HTTP/1.1\r\nHost: a b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n folded\r\n\r\n",  // obsolete folding
           "GET / HTTP/1.1\r\nHost: a\r\nX-API-Key: b\r\n\tc\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX-API-Key:\r\n b\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX-API-Key:\r\n \r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nX-API-Key: b\r\n \r\n\r\n",
           "GET / HTTP/1.1\nHost: a\n\n",  // bare LF
           "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
           "GET users HTTP/1.1\r\nHost: a\r\n\r\n",
           "GET / HTTP/1.1\r\nHost : a\r\n\r\n",  // blank before the colon
           "GET / HTTP/1.1\r\n: a\r\n\r\n",
           "G@T / HTTP/1.1\r\nHost: a\r\n\r\n",
       }) {
    EXPECT_EQ(refusal(message), Status::bad_request) << message;
  }
  using namespace std::string_view_literals;
  EXPECT_EQ(refusal("GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"sv), Status::bad_request);
}

// Beast forgets what it has consumed, so a header in pieces could be larger than one in one piece.
TEST_F(RequestParserTest, HeaderInPieces_HasTheSameLimitAsInOne) {
  const auto message = [](std::size_t field_bytes) {
    std::string text = "GET /a HTTP/1.1\r\n";
    std::string fields = "Host: a\r\n";
    while (fields.size() + 100 < field_bytes) fields += "X: " + std::string(15, 'x') + "\r\n";
    fields += "Y: " + std::string(field_bytes - fields.size() - 7, 'y') + "\r\n\r\n";
    return text + fields;
  };
  for (const std::size_t piece : {std::string_view::npos, std::size_t{1}, std::size_t{7}, std::size_t{500}}) {
    EXPECT_EQ(parse(message(limits.header_bytes_max), piece), RequestParser::Progress::done) << piece;
    EXPECT_EQ(parse(message(limits.header_bytes_max + 1), piece), RequestParser::Progress::refused) << piece;
    EXPECT_EQ(parser_->refusal(), Status::request_header_fields_too_large) << piece;
  }
}

TEST_F(RequestParserTest, LongMethod_IsRefused) {
  std::string message(200, 'G');
  message.append(" / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(refusal(message), Status::bad_request);
}

TEST_F(RequestParserTest, OversizedParts_AreRefusedWithTheirStatus) {
  const std::string long_target = std::string{"GET /"}.append(200, 'a').append(" HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(refusal(long_target), Status::uri_too_long);
  const std::string long_header = std::string{"GET / HTTP/1.1\r\nHost: a\r\nX: "}.append(2000, 'a').append("\r\n\r\n");
  EXPECT_EQ(refusal(long_header), Status::request_header_fields_too_large);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n"), Status::payload_too_large);
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n"),
            Status::payload_too_large);
}

TEST_F(RequestParserTest, UnknownExpectation_Is417) {
  EXPECT_EQ(refusal("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nContent-Length: 1\r\n\r\n"),
            Status::expectation_failed);
}

std::string with_host(std::string_view host) {
  return std::string{"GET / HTTP/1.1\r\nHost: "}.append(host).append("\r\n\r\n");
}

TEST_F(RequestParserTest, HostThatIsNoHost_WasTaken) {
  for (const char* good : {"a", "auth.example.com", "auth_service:8000", "10.0.0.7", "10.0.0.7:80", "[::1]",
                           "[::1]:8000", "a:", "%C3%A9.example", "a.", "A-b!$&'()*+,;=~"}) {
    EXPECT_EQ(parse(with_host(good)), RequestParser::Progress::done) << good;
  }
  for (const char* bad :
       {"",       ":80",     "a b", "a/b",  "a@b",      "a?b",         "a#b",      "a,b/",      "a\tb", "<a>",
        "a\"",    "a\\b",    "a:b", "a:-1", "a:123456", "a:80:80",     "::1",      "[::1",      "[]",   "[::g]",
        "[::1]x", "[::1%1]", "%",   "%4",   "%zz",      "caf\xC3\xA9", "http://a", "[10.0.0.7]"}) {
    EXPECT_EQ(refusal(with_host(bad)), Status::bad_request) << bad;
  }
}

TEST_F(RequestParserTest, HostOfTheAbsoluteForm_CountsInsteadOfTheHeaders) {
  ASSERT_EQ(parse("GET http://inner:81/users HTTP/1.1\r\nHost: outer\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().headers[Field::host], "inner:81");
  ASSERT_EQ(parse("GET http://inner HTTP/1.0\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_EQ(parser_->request().headers[Field::host], "inner");
}

std::string in_chunks(std::string_view first_line, std::string_view trailers = {}) {
  return std::string{"POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"}
      .append(first_line)
      .append("\r\nhello\r\n0\r\n")
      .append(trailers)
      .append("\r\n");
}

// A server in front of this one that ends a line at such a character sees the body end elsewhere.
TEST_F(RequestParserTest, ControlCharacterInAChunkExtension_WasTaken) {
  for (const char* good : {"5", "5;a", "5;a=b", "5;a=\"b c\"", "5 ; a=b", "5;a=\"\xC3\xA9\""}) {
    EXPECT_EQ(parse(in_chunks(good)), RequestParser::Progress::done) << good;
  }
  for (int code = 0; code < 0x20; ++code) {
    const std::string control(1, static_cast<char>(code));
    for (const std::string& line : {"5;a=\"b" + control + "c\"", "5;a=\"b\\" + control + "c\"", "5;a=b" + control,
                                    "5" + control + ";a=b", "5;a" + control + "=b"}) {
      EXPECT_EQ(refusal(in_chunks(line)), Status::bad_request) << code << ' ' << line;
    }
  }
  EXPECT_EQ(refusal(in_chunks("5;a=\"b\x7F\"")), Status::bad_request);
}

TEST_F(RequestParserTest, ControlCharacterInTheLastChunksExtension_IsRefused) {
  constexpr std::string_view head = "POST /a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(parse(std::string{head}.append("0;a=\"b\"\r\n\r\n")), RequestParser::Progress::done);
  EXPECT_EQ(refusal(std::string{head}.append("0;a=\"b\nc\"\r\n\r\n")), Status::bad_request);
}

TEST_F(RequestParserTest, FoldedTrailer_IsRefused) {
  EXPECT_EQ(parse(in_chunks("5", "X: a\r\nY:\r\n")), RequestParser::Progress::done);
  for (const char* trailers :
       {"X: a\r\n b\r\n", "X:\r\n a\r\n", "X: a\r\n \r\n", "X: a\r\n\tb\r\nY: c\r\n", " X: a\r\n"}) {
    EXPECT_EQ(refusal(in_chunks("5", trailers)), Status::bad_request) << trailers;
  }
}

TEST_F(RequestParserTest, Close_WinsOverKeepAlive) {
  for (const char* version : {"1.0", "1.1"}) {
    for (const char* lines :
         {"Connection: keep-alive, close\r\n", "Connection: close, keep-alive\r\n",
          "Connection: Close\r\nConnection: keep-alive\r\n", "Connection: keep-alive , CLOSE\r\n"}) {
      ASSERT_EQ(
          parse(std::string{"GET / HTTP/"}.append(version).append("\r\nHost: a\r\n").append(lines).append("\r\n")),
          RequestParser::Progress::done);
      EXPECT_FALSE(parser_->request().keep_alive) << version << ' ' << lines;
    }
  }
}

TEST_F(RequestParserTest, ProxyConnection_MeansNothing) {
  ASSERT_EQ(parse("GET / HTTP/1.1\r\nHost: a\r\nProxy-Connection: close\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_TRUE(parser_->request().keep_alive);
  ASSERT_EQ(parse("GET / HTTP/1.0\r\nProxy-Connection: keep-alive\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_FALSE(parser_->request().keep_alive);
}

TEST_F(RequestParserTest, Http10_ClosesUnlessAskedToStay) {
  ASSERT_EQ(parse("GET / HTTP/1.0\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_FALSE(parser_->request().keep_alive);
  ASSERT_EQ(parse("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"), RequestParser::Progress::done);
  EXPECT_TRUE(parser_->request().keep_alive);
}

}  // namespace
}  // namespace gatehouse::http

#include <gtest/gtest.h>

#include <string>

#include "api/forward_auth/return_address.hpp"

namespace gatehouse::api {
namespace {

using http::Field;
using http::Request;

const std::vector<ReturnHost> hosts{{.name = "app.example.com", .port = {}},
                                    {.name = "app.example.com", .port = 8443},
                                    {.name = "[::1]", .port = 3000}};

/// What a proxy sends about where the user wanted to go.
struct Sent {
  std::string proto = "https";
  std::string host = "app.example.com";
  std::string uri = "/";
};

std::string led_to(const Request& request, std::string_view path = {}) {
  return return_address(request, path, hosts).value_or("");
}

/// As Traefik and Caddy send it.
std::string forwarded(const Sent& sent) {
  Request request;
  request.headers.add(Field::forwarded_proto, sent.proto);
  request.headers.add(Field::forwarded_host, sent.host);
  request.headers.add(Field::forwarded_uri, sent.uri);
  return led_to(request);
}

/// As nginx sends it.
std::string original(std::string_view url) {
  Request request;
  request.headers.add(Field::original_url, url);
  return led_to(request);
}

/// As Envoy sends it.
std::string behind_the_prefix(const Sent& sent, std::string_view query = {}) {
  Request request;
  request.headers.add(Field::forwarded_proto, sent.proto);
  request.headers.add(Field::host, sent.host);
  request.query = query;
  return led_to(request, sent.uri);
}

std::string encoded(std::string_view text) {
  std::string out;
  append_percent_encoded(out, text);
  return out;
}

TEST(ReturnAddress, EachGatewaysWay_IsUnderstood) {
  EXPECT_EQ(forwarded({.uri = "/a?b=c&d"}), encoded("https://app.example.com/a?b=c&d"));
  EXPECT_EQ(original("https://app.example.com/a?b=c&d"), encoded("https://app.example.com/a?b=c&d"));
  EXPECT_EQ(behind_the_prefix({.uri = "/a"}, "b=c&d"), encoded("https://app.example.com/a?b=c&d"));
  EXPECT_EQ(forwarded({.proto = "http"}), encoded("http://app.example.com/"));
}

TEST(ReturnAddress, SchemeAndHost_AreWrittenAsTheSettingsHaveThem) {
  for (const char* host : {"app.example.com", "APP.Example.COM", "app.example.com:443", "app.example.com:0443"}) {
    EXPECT_EQ(forwarded({.proto = "HTTPS", .host = host}), encoded("https://app.example.com/")) << host;
  }
  EXPECT_EQ(forwarded({.proto = "http", .host = "app.example.com:80"}), encoded("http://app.example.com/"));
  EXPECT_EQ(forwarded({.host = "app.example.com:8443"}), encoded("https://app.example.com:8443/"));
  EXPECT_EQ(forwarded({.proto = "http", .host = "[::1]:3000"}), encoded("http://[::1]:3000/"));
}

TEST(ReturnAddress, PortOfAnotherScheme_IsAnotherHost) {
  EXPECT_EQ(forwarded({.host = "app.example.com:80"}), "");
  EXPECT_EQ(forwarded({.proto = "http", .host = "app.example.com:443"}), "");
  EXPECT_EQ(forwarded({.host = "[::1]"}), "");
}

TEST(ReturnAddress, StrangersHost_IsNotLedTo) {
  for (const std::string host : {"evil.com",
                                 "app.example.com.evil.com",
                                 "evilapp.example.com",
                                 "example.com",
                                 ".app.example.com",
                                 "app.example.com.",
                                 "app.example.com@evil.com",
                                 "evil.com@app.example.com",
                                 "evil.com:443@app.example.com",
                                 "app.example.com:443@evil.com",
                                 "app.example.com:",
                                 "app.example.com:0",
                                 "app.example.com:99999",
                                 "app.example.com:65979",
                                 "app.example.com:443:8443",
                                 "app.example.com:+443",
                                 "app.example.com:-1",
                                 "app.example.com: 443",
                                 "app.example.com:443 ",
                                 " app.example.com",
                                 "app.example.com, evil.com",
                                 "evil.com, app.example.com",
                                 "app.example.com\\.evil.com",
                                 "evil.com\\app.example.com",
                                 "evil.com/app.example.com",
                                 "app.example.com#evil.com",
                                 "evil.com#app.example.com",
                                 "app.example.com?evil.com",
                                 "evil.com?app.example.com",
                                 "app.example.com%00.evil.com",
                                 "app%2eexample.com",
                                 "app.example.com%2eevil.com",
                                 "app.example.com%2f",
                                 "app\xe3\x80\x82"
                                 "example.com",
                                 "app.example.com\xe3\x80\x82",
                                 "\xef\xbd\x81pp.example.com",
                                 "xn--app.example.com",
                                 "[app.example.com]",
                                 "[::1]",
                                 "::1:3000",
                                 "127.0.0.1",
                                 "0",
                                 "",
                                 ":",
                                 "@",
                                 "/",
                                 "//",
                                 "*"}) {
    EXPECT_EQ(forwarded({.host = host}), "") << host;
    EXPECT_EQ(original("https://" + host + "/"), "") << host;
    EXPECT_EQ(behind_the_prefix({.host = host}), "") << host;
  }
}

TEST(ReturnAddress, OtherSchemes_AreNotLedTo) {
  for (const std::string proto : {"", "javascript", "data", "ftp", "ws", "wss", "file", "https:", "https://evil.com/",
                                  " https", "https,http", "https, https", "http\\s", "httpss", "https%00", "//"}) {
    EXPECT_EQ(forwarded({.proto = proto}), "") << proto;
    EXPECT_EQ(behind_the_prefix({.proto = proto}), "") << proto;
    EXPECT_EQ(original(proto + "://app.example.com/"), "") << proto;
  }
}

TEST(ReturnAddress, PathThatCouldBeReadAsAnother_IsNotLedTo) {
  for (const char* uri : {"",
                          "a",
                          "//",
                          "//evil.com",
                          "//evil.com/%2e%2e",
                          "/\\evil.com",
                          "\\evil.com",
                          "\\\\evil.com",
                          "/a\\b",
                          "https://evil.com/",
                          "@evil.com",
                          ".evil.com",
                          ":443@evil.com/",
                          "?a",
                          "#a",
                          "/a#b",
                          "/a b",
                          "/a\tb",
                          "/a\r\nLocation: https://evil.com",
                          "/\r\n",
                          "/\n",
                          "/a\x7f",
                          "/\xc3\xa4",
                          "/a\"b",
                          "/<script>",
                          " /a"}) {
    EXPECT_EQ(forwarded({.uri = uri}), "") << uri;
    EXPECT_EQ(behind_the_prefix({.uri = uri}), "") << uri;
    EXPECT_EQ(original(std::string{"https://app.example.com"} + uri), "") << uri;
  }
  for (const char* query : {"a b", "a\r\nb", "a#b", "a\\b", "\xc3\xa4"}) {
    EXPECT_EQ(behind_the_prefix({}, query), "") << query;
  }
}

TEST(ReturnAddress, UrlThatIsNone_IsNotLedTo) {
  for (const char* url :
       {"", "/", "app.example.com/", "//app.example.com/", "https:/app.example.com/", "https:app.example.com/",
        "https:\\\\app.example.com/", "https://", "https:///app.example.com/", "https:////app.example.com/",
        "https://app.example.com", "https://app.example.com?a", "javascript://app.example.com/%0aalert(1)",
        "https://evil.com/https://app.example.com/", "https://evil.com?://app.example.com/",
        "https://user:password@app.example.com/", "x:https://app.example.com/"}) {
    EXPECT_EQ(original(url), "") << url;
  }
}

TEST(ReturnAddress, FieldThatComesTwice_SaysNothing) {
  for (const Field field : {Field::forwarded_proto, Field::forwarded_host, Field::forwarded_uri}) {
    Request request;
    request.headers.add(Field::forwarded_proto, "https");
    request.headers.add(Field::forwarded_host, "app.example.com");
    request.headers.add(Field::forwarded_uri, "/");
    EXPECT_NE(led_to(request), "");
    request.headers.add(field, request.headers[field]);
    EXPECT_EQ(led_to(request), "");
  }
  Request request;
  request.headers.add(Field::original_url, "https://app.example.com/");
  request.headers.add(Field::original_url, "https://app.example.com/");
  EXPECT_EQ(led_to(request), "");
}

TEST(ReturnAddress, ForwardedHost_GoesBeforeTheOriginalUrl) {
  Request request;
  request.headers.add(Field::original_url, "https://app.example.com/a");
  EXPECT_EQ(led_to(request, "/path"), encoded("https://app.example.com/a"));
  request.headers.add(Field::forwarded_host, "evil.com");
  request.headers.add(Field::forwarded_proto, "https");
  request.headers.add(Field::forwarded_uri, "/b");
  EXPECT_EQ(led_to(request, "/path"), "") << "what is said first counts, and where it will not do, nothing does";
}

TEST(ReturnAddress, NoHosts_NoAddress) {
  Request request;
  request.headers.add(Field::original_url, "https://app.example.com/");
  EXPECT_FALSE(return_address(request, {}, {}));
}

TEST(ReturnAddress, Length_IsBounded) {
  const std::string start = "https://app.example.com/";
  const std::size_t rest = return_bytes_max - encoded(start).size();
  EXPECT_EQ(original(start + std::string(rest, 'a')).size(), return_bytes_max);
  EXPECT_EQ(original(start + std::string(rest + 1, 'a')), "");
  EXPECT_EQ(original(start + std::string(rest / 2, '/')), "") << "encoded it is longer";
}

TEST(PercentEncoding, AllButUnreservedCharacters_AreEncoded) {
  EXPECT_EQ(encoded("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(encoded(" \r\n%/?:@&=+\"\\"), "%20%0D%0A%25%2F%3F%3A%40%26%3D%2B%22%5C");
  EXPECT_EQ(encoded("\xc3\xa4\xff"), "%C3%A4%FF");
  EXPECT_EQ(encoded(std::string_view{"\0", 1}), "%00");
}

}  // namespace
}  // namespace gatehouse::api

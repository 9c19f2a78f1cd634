/// Makes rows of the mails table, so that many mails can be sent without many users who ask for one.
///
///     SESSION_SECRET=… bench_seal_mails <count>
///
/// Prints one mail a line: its id and its sealed body in hexadecimal digits.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "base/secret_string.hpp"
#include "base/text.hpp"
#include "crypto/random.hpp"
#include "mail/contents_sealer.hpp"

int main(int argc, char** argv) {
  const char* secret = std::getenv("SESSION_SECRET");  // NOLINT(concurrency-mt-unsafe): there is one thread
  if (argc != 2 || secret == nullptr) {
    std::fputs("usage: SESSION_SECRET=... bench_seal_mails <count>\n", stderr);
    return 2;
  }
  const std::int64_t count = std::strtoll(argv[1], nullptr, 10);
  std::vector<gatehouse::SecretString> secrets;
  secrets.emplace_back(secret);
  const gatehouse::mail::ContentsSealer sealer{secrets};
  gatehouse::crypto::SystemRandom random;
  gatehouse::mail::Contents contents;
  contents.token = gatehouse::SecretString{"gtr_0123456789012345678901234567890123456789012abcdef"};
  contents.variables["first_name"] = "Ada";
  for (std::int64_t id = 1; id <= count; ++id) {
    const std::string body = sealer.seal(gatehouse::mail::MailId{id}, "reset-password", contents, random);
    std::puts((std::to_string(id) + ' ' + gatehouse::to_hex(body)).c_str());
  }
}

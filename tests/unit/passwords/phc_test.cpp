#include "passwords/phc.hpp"

#include <gtest/gtest.h>

#include <string>

namespace gatehouse::passwords {
namespace {

using namespace std::string_literals;

constexpr std::string_view argon2id_text =
    "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE";
constexpr std::string_view salt16 = "c29tZXNhbHRzb21lc2FsdA";
constexpr std::string_view digest32 = "K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE";

/// Base64 of that many zero bytes, without padding.
std::string zeros(std::size_t bytes) { return std::string((bytes * 4 + 2) / 3, 'A'); }

std::string argon2id(std::string_view parameters) {
  return "$argon2id$v=19$" + std::string(parameters) + '$' + std::string(salt16) + '$' + std::string(digest32);
}

std::string pbkdf2(std::string_view iterations) {
  return "$pbkdf2-sha512$i=" + std::string(iterations) + '$' + zeros(16) + '$' + zeros(64);
}

TEST(ParsePhc, Argon2id_GivesCostSaltAndDigest) {
  const auto phc = parse_phc(argon2id_text);
  ASSERT_TRUE(phc);
  EXPECT_EQ(std::get<Argon2idCost>(phc->format), (Argon2idCost{.memory_kib = 19'456, .passes = 2}));
  EXPECT_EQ(phc->salt, "somesaltsomesalt");
  EXPECT_EQ(phc->digest.size(), 32u);
  EXPECT_EQ(to_text(*phc), argon2id_text);
}

TEST(ParsePhc, Pbkdf2_GivesCostSaltAndDigest) {
  const auto phc = parse_phc(pbkdf2("210000"));
  ASSERT_TRUE(phc);
  EXPECT_EQ(std::get<Pbkdf2Cost>(phc->format), Pbkdf2Cost{.iterations = 210'000});
  EXPECT_EQ(phc->salt, std::string(16, '\0'));
  EXPECT_EQ(phc->digest, std::string(64, '\0'));
  EXPECT_EQ(to_text(*phc), pbkdf2("210000"));
}

TEST(ParsePhc, CostAtItsLimits_IsAccepted) {
  for (const auto* parameters : {"m=8,t=1,p=1", "m=131072,t=16,p=1", "m=128,t=1,p=16"}) {
    EXPECT_TRUE(parse_phc(argon2id(parameters))) << parameters;
  }
  for (const auto* iterations : {"1", "2000000"}) EXPECT_TRUE(parse_phc(pbkdf2(iterations)));
}

TEST(ParsePhc, CostBeyondItsLimits_IsRefused) {
  for (const auto* parameters : {"m=7,t=2,p=1", "m=0,t=2,p=1", "m=131073,t=2,p=1", "m=4294967296,t=2,p=1",
                                 "m=18446744073709551617,t=2,p=1", "m=19456,t=0,p=1", "m=19456,t=17,p=1",
                                 "m=19456,t=4294967297,p=1", "m=19456,t=2,p=0", "m=19456,t=2,p=17", "m=15,t=2,p=2"}) {
    EXPECT_FALSE(parse_phc(argon2id(parameters))) << parameters;
  }
  for (const auto* iterations : {"0", "2000001", "4294967297", "18446744073709551617"}) {
    EXPECT_FALSE(parse_phc(pbkdf2(iterations))) << iterations;
  }
}

TEST(ParsePhc, OtherDigestsOfPbkdf2_AreNoLongerThanTheirHash) {
  EXPECT_EQ(parse_phc("$pbkdf2-sha1$i=7$" + zeros(16) + '$' + zeros(20))->format,
            (PhcFormat{Pbkdf2Cost{.iterations = 7, .digest = Pbkdf2Digest::sha1}}));
  EXPECT_EQ(parse_phc("$pbkdf2-sha256$i=7$" + zeros(16) + '$' + zeros(32))->format,
            (PhcFormat{Pbkdf2Cost{.iterations = 7, .digest = Pbkdf2Digest::sha256}}));
  EXPECT_FALSE(parse_phc("$pbkdf2-sha1$i=7$" + zeros(16) + '$' + zeros(21)));
  EXPECT_FALSE(parse_phc("$pbkdf2-sha256$i=7$" + zeros(16) + '$' + zeros(33)));
}

TEST(ParsePhc, Scrypt_IsReadWithinItsLimits) {
  const std::string rest = '$' + zeros(16) + '$' + zeros(64);
  const auto phc = parse_phc("$scrypt$ln=15,r=8,p=1" + rest);
  ASSERT_TRUE(phc);
  EXPECT_EQ(phc->format, (PhcFormat{ScryptCost{.log2_n = 15, .block = 8, .parallel = 1}}));
  EXPECT_EQ(to_text(*phc), "$scrypt$ln=15,r=8,p=1" + rest);
  for (const char* cost : {"ln=17,r=8,p=16", "ln=20,r=1,p=1", "ln=1,r=32,p=1"}) {
    EXPECT_TRUE(parse_phc(std::string{"$scrypt$"} + cost + rest)) << cost;
  }
  for (const char* cost : {"ln=18,r=8,p=1", "ln=17,r=9,p=1", "ln=21,r=1,p=1", "ln=0,r=8,p=1", "ln=15,r=0,p=1",
                           "ln=15,r=33,p=1", "ln=15,r=8,p=17", "ln=15,r=8", "ln=64,r=8,p=1"}) {
    EXPECT_FALSE(parse_phc(std::string{"$scrypt$"} + cost + rest)) << cost;
  }
}

TEST(ParsePhc, Bcrypt_IsReadWithinItsLimits) {
  const std::string letters = "CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
  const auto phc = parse_phc("$2b$05$" + letters);
  ASSERT_TRUE(phc);
  EXPECT_EQ(phc->format, (PhcFormat{BcryptCost{.log2_rounds = 5, .variant = 'b'}}));
  EXPECT_EQ(to_text(*phc), "$2b$05$" + letters);
  for (const char* good : {"$2a$04$", "$2y$15$", "$2b$10$"}) {
    EXPECT_EQ(to_text(parse_phc(good + letters).value()), good + letters);
  }
  for (const char* bad : {"$2b$03$", "$2b$16$", "$2b$5$", "$2b$005$", "$2b$010$", "$2x$05$", "$2$05$", "$2b$05"}) {
    EXPECT_FALSE(parse_phc(bad + letters)) << bad;
  }
  EXPECT_FALSE(parse_phc("$2b$05$" + letters + "."));
  EXPECT_FALSE(parse_phc("$2b$05$" + letters.substr(1)));
  EXPECT_FALSE(parse_phc("$2b$05$CCCCCCCCCCCCCCCCCCCCC/" + letters.substr(22))) << "bits that mean nothing";
}

TEST(ParsePhc, Argon2i_IsReadAsArgon2idIs) {
  const std::string text = "$argon2i$v=19$m=4096,t=3,p=2$" + zeros(8) + '$' + zeros(16);
  const auto phc = parse_phc(text);
  ASSERT_TRUE(phc);
  EXPECT_EQ(phc->format, (PhcFormat{Argon2iCost{.memory_kib = 4096, .passes = 3, .lanes = 2}}));
  EXPECT_EQ(to_text(*phc), text);
  EXPECT_FALSE(parse_phc("$argon2i$v=19$m=131073,t=3,p=1$" + zeros(8) + '$' + zeros(16)));
}

TEST(ParsePhc, HashesOfCrypt_AreReadWithinTheirLimits) {
  const auto digest = [](std::size_t letters) { return '$' + std::string(letters, 'x'); };
  for (const std::string& text :
       {"$5$s" + digest(43), "$6$0123456789abcdef" + digest(86), "$5$rounds=1000$salt" + digest(43),
        "$6$rounds=2000000$salt" + digest(86), "$sha1$1$s" + digest(28),
        "$sha1$2000000$" + std::string(64, 's') + digest(28), "$y$j9T$salt" + digest(43), "$y$jCT$salt" + digest(43),
        "$y$j/T$saltx1" + digest(43), "$y$j/T$saltxx." + digest(43), "$7$CU..../....salt" + digest(43),
        "$7$DU..../....salt" + digest(43)}) {
    const auto phc = parse_phc(text);
    ASSERT_TRUE(phc) << text;
    EXPECT_TRUE(std::holds_alternative<CryptCost>(phc->format)) << text;
    EXPECT_EQ(to_text(*phc), text);
  }
  for (const std::string& text : {"$5$" + digest(43),
                                  "$5$0123456789abcdefg" + digest(43),
                                  "$5$salt" + digest(42),
                                  "$5$salt" + digest(44),
                                  "$5$sa:t" + digest(43),
                                  "$5$salt$" + std::string(42, 'x') + '=',
                                  "$5$rounds=999$salt" + digest(43),
                                  "$6$rounds=2000001$salt" + digest(86),
                                  "$6$rounds=05000$salt" + digest(86),
                                  "$6$rounds=5000salt" + digest(86),
                                  "$sha1$0$salt" + digest(28),
                                  "$sha1$2000001$salt" + digest(28),
                                  "$sha1$salt" + digest(28),
                                  "$sha1$5$" + std::string(65, 's') + digest(28),
                                  "$y$k9T$salt" + digest(43),
                                  "$y$jDT$salt" + digest(43),
                                  "$y$jIT$salt" + digest(43),
                                  "$y$j9T$salts" + digest(43),
                                  "$y$j9T$saltxx" + digest(43),
                                  "$y$j9T$saltxxx" + digest(43),
                                  "$y$j9U$salt" + digest(43),
                                  "$y$j9T.$salt" + digest(43),
                                  "$y$j9$salt" + digest(43),
                                  "$y$j.T$salt" + digest(43),
                                  "$7$/U..../....salt" + digest(43),
                                  "$7$EU..../....salt" + digest(43),
                                  "$7$CV..../....salt" + digest(43),
                                  "$7$CU....F....salt" + digest(43),
                                  "$7$CU....F..."s,
                                  "$gy$j9T$salt" + digest(43),
                                  "$1$salt" + digest(22)}) {
    EXPECT_FALSE(parse_phc(text)) << text;
  }
}

TEST(ParsePhc, PendingAndOnion_GiveWhatIsInside) {
  const std::string outer = "$argon2id$v=19$m=64,t=1,p=1$" + zeros(16) + '$' + zeros(32);
  struct Inner {
    std::string text;
    std::string salt;
    std::size_t digest_bytes;
  };
  for (const auto& [text, salt, digest_bytes] :
       {Inner{"md5$", "", 16}, Inner{"sha1-salt-after$", zeros(1), 20}, Inner{"sha256-salt-before$", zeros(255), 32},
        Inner{"sha512$", "", 64}, Inner{"phpass$ln=20$", "Li4uLi4uLi4", 16}, Inner{"md5crypt$", "Li4", 22},
        Inner{"pbkdf2-sha1$i=99999,l=20$", zeros(8), 20}, Inner{"pbkdf2-sha512$i=1,l=16$", zeros(64), 16}}) {
    const std::string pending = "$pending_wrap$" + text + salt + '$' + zeros(digest_bytes);
    const std::string onion = "$onion$" + text + salt + outer;
    for (const std::string& one : {pending, onion}) {
      const auto phc = parse_phc(one);
      ASSERT_TRUE(phc) << one;
      EXPECT_EQ(to_text(*phc), one);
    }
    const auto waiting = parse_phc(pending);
    const auto wrapped = parse_phc(onion);
    EXPECT_EQ(std::get<PendingCost>(waiting->format).inner, std::get<OnionCost>(wrapped->format).inner);
    EXPECT_FALSE(parse_phc("$pending_wrap$" + text + salt + '$' + zeros(digest_bytes + 1))) << text;
    EXPECT_FALSE(parse_phc(pending + '$')) << text;
    EXPECT_FALSE(parse_phc(onion + '$')) << text;
  }
  for (const std::string& inner :
       {"md4$"s, "md5$" + zeros(1), "md5-salt-after$"s, "md5-salt-after$" + zeros(256), "phpass$ln=21$Li4uLi4uLi4"s,
        "phpass$ln=6$Li4uLi4uLi4"s, "phpass$ln=13$Li4uLi4uLg"s, "md5crypt$"s, "md5crypt$" + zeros(2),
        "md5crypt$Li4uLi4uLi4u"s, "pbkdf2-sha1$i=100000,l=20$" + zeros(8), "pbkdf2-sha1$i=1,l=21$" + zeros(8),
        "pbkdf2-sha1$i=1,l=15$" + zeros(8), "pbkdf2-sha1$i=1$" + zeros(8), "pbkdf2-sha1$i=1,l=20$" + zeros(7)}) {
    EXPECT_FALSE(parse_phc("$onion$" + inner + outer)) << inner;
  }
  EXPECT_FALSE(parse_phc("$onion$md5$$argon2id$v=19$m=131073,t=1,p=1$" + zeros(16) + '$' + zeros(32)));
  EXPECT_FALSE(parse_phc("$onion$md5$$argon2i$v=19$m=64,t=3,p=1$" + zeros(16) + '$' + zeros(32)));
}

TEST(ParsePhc, NumbersNotInPlainDecimal_AreRefused) {
  for (const auto* parameters :
       {"m=019456,t=2,p=1", "m=+19456,t=2,p=1", "m=-1,t=2,p=1", "m= 19456,t=2,p=1", "m=,t=2,p=1", "m=0x4c00,t=2,p=1",
        "m=19456,t=02,p=1", "m=19456,t=2,p=01", "m=19456.0,t=2,p=1", "m=1e4,t=2,p=1"}) {
    EXPECT_FALSE(parse_phc(argon2id(parameters))) << parameters;
  }
}

TEST(ParsePhc, FieldsMissingExtraOrOutOfOrder_AreRefused) {
  for (const auto* parameters : {"t=2,m=19456,p=1", "m=19456,t=2", "m=19456,p=1,t=2", "m=19456,t=2,p=1,keyid=AAAA",
                                 "m=19456,t=2,p=1,", "m=19456;t=2;p=1", "M=19456,t=2,p=1", ""}) {
    EXPECT_FALSE(parse_phc(argon2id(parameters))) << parameters;
  }
}

TEST(ParsePhc, OtherSchemesAndVersions_AreRefused) {
  const std::string rest = "m=19456,t=2,p=1$" + std::string(salt16) + '$' + std::string(digest32);
  for (const auto* prefix : {"$argon2d$v=19$", "$argon2i$v=16$", "$argon2id$v=16$", "$argon2id$", "$argon2id$v=19,",
                             "argon2id$v=19$", "$$argon2id$v=19$", "$ARGON2ID$v=19$", " $argon2id$v=19$"}) {
    EXPECT_FALSE(parse_phc(prefix + rest)) << prefix;
  }
  for (const auto* text : {"", "$", "$$$$", "$2b$12$abcdefghijklmnopqrstuv", "$pbkdf2-sha256$i=210000$", "plain"}) {
    EXPECT_FALSE(parse_phc(text)) << text;
  }
  EXPECT_FALSE(parse_phc("$pbkdf2$i=210000$" + zeros(16) + '$' + zeros(64)));
  EXPECT_FALSE(parse_phc("$pbkdf2-sha512$210000$" + zeros(16) + '$' + zeros(64)));
}

TEST(ParsePhc, EveryTruncation_IsRefused) {
  // Only the digest may be shorter and still be one: 16 bytes are the least.
  const std::size_t shortest = argon2id_text.size() - zeros(32).size() + zeros(16).size();
  for (std::size_t length = 0; length < shortest; ++length) {
    EXPECT_FALSE(parse_phc(argon2id_text.substr(0, length))) << length;
  }
}

TEST(ParsePhc, AnythingAfterTheDigest_IsRefused) {
  for (const std::string& suffix : {"$"s, "="s, " "s, "\n"s, "$AAAA"s, "!"s, "\0"s}) {
    EXPECT_FALSE(parse_phc(std::string(argon2id_text) + suffix)) << suffix;
  }
}

TEST(ParsePhc, Base64NotStrict_IsRefused) {
  const std::string head = "$argon2id$v=19$m=64,t=1,p=1$";
  const std::string digest = '$' + zeros(32);
  ASSERT_TRUE(parse_phc(head + zeros(16) + digest));
  for (const std::string salt : {"AAAAAAAAAAAAAAAAAAAAAA==", "AAAAAAAAAAAAAAAAAAAAAB", "AAAAAAAAAAAAAAAAAAAA_-",
                                 "AAAAAAAAAAA AAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAA\nAAAAAAAAAAA", ""}) {
    EXPECT_FALSE(parse_phc(head + salt + digest)) << salt;
  }
}

TEST(ParsePhc, BytesThatLibsodiumTakesForBase64Letters_AreRefused) {
  const std::string head = "$argon2id$v=19$m=64,t=1,p=1$";
  for (int byte = 0x80; byte <= 0xff; ++byte) {
    const std::string salt = std::string(10, 'A') + static_cast<char>(byte) + std::string(11, 'A');
    EXPECT_FALSE(parse_phc(head + salt + '$' + zeros(32))) << byte;
  }
}

TEST(ToText, BytesOfEveryValueAndLength_ComeBack) {
  std::string bytes;
  for (int value = 0; value < 64; ++value) bytes += static_cast<char>(value * 37 + 11);
  for (std::size_t length = PhcLimits::digest_bytes_min; length <= PhcLimits::digest_bytes_max; ++length) {
    const Phc phc{.format = Pbkdf2Cost{}, .salt = bytes.substr(64 - length), .digest = bytes.substr(0, length)};
    EXPECT_EQ(parse_phc(to_text(phc)), phc) << length;
  }
}

TEST(ParsePhc, SaltAndDigestLengths_AreBounded) {
  const std::string head = "$pbkdf2-sha512$i=1000$";
  EXPECT_TRUE(parse_phc(head + zeros(8) + '$' + zeros(16)));
  EXPECT_TRUE(parse_phc(head + zeros(64) + '$' + zeros(64)));
  EXPECT_FALSE(parse_phc(head + zeros(7) + '$' + zeros(16)));
  EXPECT_FALSE(parse_phc(head + zeros(65) + '$' + zeros(16)));
  EXPECT_FALSE(parse_phc(head + zeros(8) + '$' + zeros(15)));
  EXPECT_FALSE(parse_phc(head + zeros(8) + '$' + zeros(65)));
}

TEST(ParsePhc, OversizedText_IsRefused) {
  EXPECT_FALSE(parse_phc(std::string(argon2id_text) + std::string(100'000, 'A')));
  EXPECT_FALSE(parse_phc("$argon2id$v=19$m=" + std::string(100'000, '1')));
}

TEST(ToText, LargestHashes_AreRead) {
  const Argon2idCost largest_cost{
      .memory_kib = PhcLimits::memory_kib_max, .passes = PhcLimits::passes_max, .lanes = 16};
  const std::string salt(PhcLimits::salt_bytes_max, 's');
  const std::string digest(PhcLimits::digest_bytes_max, 'd');
  const RawCost salted{.digest = RawDigest::sha256, .salt_place = SaltPlace::before};
  for (const Phc& largest :
       {Phc{.format = largest_cost, .salt = salt, .digest = digest},
        Phc{.format = FirebaseCost{.scrypt = {.log2_n = 17, .block = 8, .parallel = 16},
                                   .signer_key = digest,
                                   .salt_separator = std::string(PhcLimits::salt_separator_bytes_max, 'x')},
            .salt = salt,
            .digest = digest},
        Phc{.format = OnionCost{.inner = salted, .outer = largest_cost},
            .salt = salt,
            .digest = digest,
            .inner_salt = std::string(FastLimits::salt_bytes_max, 's')}}) {
    EXPECT_EQ(parse_phc(to_text(largest)), largest);
  }
}

}  // namespace
}  // namespace gatehouse::passwords

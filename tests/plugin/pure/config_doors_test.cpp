// SPDX-License-Identifier: GPL-3.0-or-later
// What the configuration says about who may come in, and how much is taken.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "plugin/config.hpp"
#include "tests/plugin/tokens.hpp"

namespace baton::plugin::test {

namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecret = "0123456789abcdef0123456789abcdef";  // the shortest that is taken

/// A file that is removed at the end.
class TemporaryFile {
public:
  explicit TemporaryFile(std::string_view text)
      : path_(std::filesystem::temp_directory_path() /
              ("baton-key-" + std::to_string(getpid()) + "-" + std::to_string(++made_) + ".pem")) {
    std::ofstream(path_) << text;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] std::string path() const { return path_.string(); }

private:
  static inline int made_ = 0;
  std::filesystem::path path_;
};

std::string general(const std::string& content) {
  return "general: { " + content + " }\n";
}

std::string keys(const std::string& content) {
  return general("join_auth = \"jwt\"; join_keys = " + content + ";");
}

std::string shared(const std::string& further = {}) {
  return "{ algorithm = \"HS256\"; secret = \"" + std::string(kSecret) + "\"; " + further + " }";
}

Config accepted(const std::string& text) {
  const auto result = parse_config(text, "f");
  if (const auto* problems = std::get_if<std::vector<ConfigProblem>>(&result)) {
    FAIL("refused: " << to_string(problems->front()));
  }
  return std::get<Config>(result);
}

std::vector<ConfigProblem> problems(const std::string& text) {
  const auto result = parse_config(text, "f");
  const auto* found = std::get_if<std::vector<ConfigProblem>>(&result);
  return found != nullptr ? *found : std::vector<ConfigProblem>();
}

}  // namespace

TEST_CASE("Several keys at once are read, with and without an id") {
  const std::string key = testing::make_rsa_keys().public_pem;
  const TemporaryFile pem(key);
  const Config config = accepted(keys("( " + shared("id = \"new\";") + ", " + shared() + ", " + shared() +
                                      ", { id = \"rsa\"; algorithm = \"RS256\"; public_key_file = \"" +
                                      pem.path() + "\"; } )"));
  CHECK(config.server.join_auth == JoinAuth::jwt);
  REQUIRE(config.server.join_keys.size() == 4);
  CHECK(config.server.join_keys[0].id == "new");
  CHECK(config.server.join_keys[0].algorithm == TokenAlgorithm::hs256);
  CHECK(config.server.join_keys[0].key == kSecret);
  CHECK(config.server.join_keys[1].id.empty());
  CHECK(config.server.join_keys[3].algorithm == TokenAlgorithm::rs256);
  CHECK(config.server.join_keys[3].key == key);
}

TEST_CASE("Keys that cannot be, or do not go together, are refused by name and without what is secret") {
  const testing::KeyPair pair = testing::make_rsa_keys();
  const TemporaryFile private_pem(pair.private_pem + pair.public_pem);
  const TemporaryFile short_pem(testing::make_rsa_keys(1024).public_pem);
  const TemporaryFile ec_pem(testing::make_ec_public_key());
  const TemporaryFile cut_pem(pair.public_pem.substr(0, 200));
  const TemporaryFile long_pem(pair.public_pem + std::string(20'000, '\n'));
  const TemporaryFile empty("");
  const std::string file = "public_key_file = \"" + private_pem.path() + "\"; ";
  const auto rsa = [](const std::string& path) {
    return keys("( { algorithm = \"RS256\"; public_key_file = \"" + path + "\"; } )");
  };
  const std::string short_secret(kSecret.substr(1));
  struct Row {
    std::string text;
    std::string key;
    std::string part;
  };
  const Row rows[] = {
      {general("join_auth = \"jwt\";"), "general.join_keys", "must hold a key"},
      {general("join_auth = \"JWT\";"), "general.join_auth", "\"none\", \"pin\" or \"jwt\""},
      {general("join_auth = true;"), "general.join_auth", "\"none\""},
      {general("join_keys = ( " + shared() + " );"), "general.join_keys", "unless join_auth is \"jwt\""},
      {general("join_auth = \"pin\"; join_keys = ( " + shared() + " );"), "general.join_keys", "unless"},
      {keys("\"" + std::string(kSecret) + "\""), "general.join_keys", "must be a list"},
      {keys("()"), "general.join_keys", "must hold a key"},
      {keys("( \"" + std::string(kSecret) + "\" )"), "general.join_keys", "key 1: it is no group"},
      {keys("( { } )"), "general.join_keys", "key 1: \"algorithm\" must be"},
      {keys("( { algorithm = \"none\"; } )"), "general.join_keys", "\"algorithm\" must be"},
      {keys("( { algorithm = 5; } )"), "general.join_keys", "\"algorithm\" must be a text"},
      {keys("( { algorithm = \"HS256\"; } )"), "general.join_keys", "HS256 takes \"secret\""},
      {keys("( { algorithm = \"RS256\"; } )"), "general.join_keys", "RS256 takes \"public_key_file\""},
      {keys("( " + shared(file) + " )"), "general.join_keys", "no \"public_key_file\""},
      {keys("( { algorithm = \"HS256\"; secret = \"" + short_secret + "\"; } )"), "general.join_keys",
       "32 to 256 bytes"},
      {keys("( { algorithm = \"HS256\"; secret = \"" + std::string(257, 'x') + "\"; } )"),
       "general.join_keys", "32 to 256 bytes"},
      {keys("( " + shared("colour = \"red\";") + " )"), "general.join_keys", "no such element as \"colour\""},
      {keys("( " + shared("id = \"a b\";") + " )"), "general.join_keys", "\"id\" must be"},
      {keys("( " + shared("id = \"a\";") + ", " + shared("id = \"a\";") + " )"), "general.join_keys",
       "key 2: an earlier one has this id"},
      {rsa("/nowhere/at/all.pem"), "general.join_keys",
       "is not there, or is no file: \"/nowhere/at/all.pem\""},
      {rsa("/dev/null"), "general.join_keys", "is no file"},
      {rsa("key.pem"), "general.join_keys", "must be an absolute path"},
      {rsa(private_pem.path()), "general.join_keys", "holds a private key"},
      {rsa(short_pem.path()), "general.join_keys", "fewer than 2048 bits"},
      {rsa(ec_pem.path()), "general.join_keys", "holds no RSA key"},
      {rsa(cut_pem.path()), "general.join_keys", "no public key in PEM"},
      {rsa(long_pem.path()), "general.join_keys", "larger than 16384 bytes"},
      {rsa(empty.path()), "general.join_keys", "no public key in PEM"},
      {general("join_auth = \"pin\";") + "room-a: { pin = \"1234\"; }\nroom-b: { }\n", "room-b.pin",
       "must be given"},
      {"room-a: { pin = 1234; }\n", "room-a.pin", "text of 4 to 64 bytes"},
      {"room-a: { pin = \"123\"; }\n", "room-a.pin", "text of 4 to 64 bytes"},
      {general("pin = \"1234\";"), "general.pin", "belongs to one room"},
      {general("turn_secret = \"" + std::string(kSecret) + "\";"), "general.turn_urls", "with turn_secret"},
      {general("turn_urls = [\"turn:a\"];"), "general.turn_secret", "with turn_urls"},
      {general("turn_secret = \"s\"; turn_urls = [\"stun:a\"];"), "general.turn_urls", "must be a list"},
      {general("turn_secret = \"s\"; turn_urls = [\"turn:\"];"), "general.turn_urls", "must be a list"},
      {general("turn_secret = \"s\"; turn_urls = [\"turn:a b\"];"), "general.turn_urls", "must be a list"},
      {general("turn_secret = \"s\"; turn_urls = \"turn:a\";"), "general.turn_urls", "must be a list"},
      {general("turn_secret = \"s\"; turn_urls = ();"), "general.turn_urls", "must be a list"},
      {general("direct_port = 65536;"), "general.direct_port", "from 1 to 65535"},
      {general("direct_addresses = [\"192.0.2.1\"];"), "general.direct_port", "with direct_addresses"},
      {general("direct_public_addresses = [\"192.0.2.1\"];"), "general.direct_port",
       "with direct_public_addresses"},
      {general("direct_port = 1; direct_addresses = [\"192.0.2\"];"), "general.direct_addresses",
       "different IPv4 or IPv6 addresses"},
      {general("direct_port = 1; direct_addresses = [\"a.example\"];"), "general.direct_addresses",
       "must be a list"},
      {general("direct_port = 1; direct_addresses = [\"192.0.2.1:5000\"];"), "general.direct_addresses",
       "without ports"},
      {general("direct_port = 1; direct_addresses = [\"192.0.2.1\", \"192.0.2.1\"];"),
       "general.direct_addresses", "different"},
      {general("direct_port = 1; direct_addresses = ();"), "general.direct_addresses", "1 to 16"},
      {general("direct_workers = 65;"), "general.direct_workers", "from 0 to 64"},
      {general("batch_ms = -1;"), "general.batch_ms", "from 0 to 20"},
      {general("batch_ms = 21;"), "general.batch_ms", "from 0 to 20"},
      {general("batch_ms = 0.5;"), "general.batch_ms", "a whole number of milliseconds"},
      {general("turn_ttl_ms = 999;"), "general.turn_ttl_ms", "from 1000"},
      {general("session_chat = 5;"), "general.session_chat", "two whole numbers in [ ]"},
      {general("session_chat = [5];"), "general.session_chat", "two whole numbers"},
      {general("session_chat = [5, 0];"), "general.session_chat", "from 1 to 1000000"},
      {general("session_chat = [1000001, 5];"), "general.session_chat", "two whole numbers"},
      {general("session_chat = (5, 1, 1);"), "general.session_chat", "two whole numbers"},
  };
  for (const Row& row : rows) {
    INFO(row.text);
    const auto found = problems(row.text);
    REQUIRE_FALSE(found.empty());
    INFO(to_string(found.front()));
    CHECK(found.front().key == row.key);
    CHECK(found.front().problem.find(row.part) != std::string::npos);
    CHECK(to_string(found.front()).find(short_secret) == std::string::npos);
  }
}

TEST_CASE("As many keys as there may be are taken, and one more is refused") {
  std::string list = shared();
  for (int i = 1; i < 16; ++i) {
    list += ", " + shared();
  }
  CHECK(accepted(keys("( " + list + " )")).server.join_keys.size() == 16);
  CHECK_FALSE(problems(keys("( " + list + ", " + shared() + " )")).empty());
}

TEST_CASE("The direct transport is off unless it has a port, and its addresses are read") {
  CHECK_FALSE(accepted("").server.direct_port);
  CHECK(accepted("").server.batch_window == 1ms);
  const Config config =
      accepted(general("direct_port = 20000; direct_addresses = [\"192.0.2.10\", \"2001:db8::10\"];"
                       "direct_public_addresses = [\"203.0.113.7\"]; direct_workers = 2; batch_ms = 0;"));
  CHECK(config.server.direct_port == 20'000);
  REQUIRE(config.server.direct_addresses.size() == 2);
  CHECK(config.server.direct_addresses[1].text() == "2001:db8::10");
  REQUIRE(config.server.direct_public_addresses.size() == 1);
  CHECK(config.server.direct_public_addresses[0].text() == "203.0.113.7");
  CHECK(config.server.direct_workers == 2);
  CHECK(config.server.batch_window == 0ms);
}

TEST_CASE("Pins, TURN servers and rates are read") {
  const Config config = accepted(general(R"(join_auth = "pin"; turn_secret = "s"; turn_ttl_ms = 60000;
    turn_urls = ["turn:turn.example.org:3478", "turns:turn.example.org:443?transport=tcp"];
    session_messages = [1, 2]; session_heartbeats = [3, 4]; session_joins = [5, 6]; session_signals = [7, 8];
    session_chat = [9, 10]; room_messages = [11, 12]; room_joins = [13, 14]; room_signals = [15, 16];
    room_chat = [17, 18]; session_wrong_secrets = [19, 20]; server_creates = [21, 22]; server_lists = [23, 24];
    server_wrong_tokens = [25, 26];
    wrong_secrets = [1000000, 1000000];)") +
                                 "room-a: { pin = \"1234\"; }\n");
  CHECK(config.rooms.at(0).settings.pin == "1234");
  CHECK(config.server.turn_secret == "s");
  CHECK(config.server.turn_urls.size() == 2);
  CHECK(config.server.turn_lifetime == 1min);
  std::uint32_t number = 0;
  for (const core::RateLimit& limit :
       {config.server.session_messages, config.server.session_heartbeats, config.server.session_joins,
        config.server.session_signals, config.server.session_chat, config.server.room_messages,
        config.server.room_joins, config.server.room_signals, config.server.room_chat,
        config.server.session_wrong_secrets, config.server.server_creates, config.server.server_lists,
        config.server.server_wrong_tokens}) {
    CHECK(limit.burst == ++number);
    CHECK(limit.per_second == ++number);
  }
  CHECK(config.server.wrong_secrets.burst == 1'000'000);
  // Where no door asks for a pin of every room, one may have one all the same.
  CHECK(accepted("room-a: { pin = \"1234\"; }\nroom-b: { }\n").rooms.at(0).settings.pin == "1234");
}

}  // namespace baton::plugin::test

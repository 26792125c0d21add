// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error_table.hpp"
#include "framework/json.hpp"
#include "tests/plugin/fake_gateway.hpp"

/// Baton's library inside of the fake gateway, and clients that speak its protocol.
namespace baton::testing {

/// How long a test waits for what must come. Long, since sanitizers are slow on a busy machine.
inline constexpr std::chrono::milliseconds kLong{20'000};

/// A folder of its own with one configuration file, removed at the end.
class ConfigFolder {
public:
  /// An empty text makes no file: everything has its default then.
  explicit ConfigFolder(std::string_view text);
  ConfigFolder(const ConfigFolder&) = delete;
  ConfigFolder& operator=(const ConfigFolder&) = delete;
  ~ConfigFolder();
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
  std::filesystem::path path_;
};

/// A library to load.
extern const std::filesystem::path kBaton;
/// The same server with the activity of examples/raised_hands.
extern const std::filesystem::path kBatonWithRaisedHands;

/// The running plugin. Constructed, it is initialized; `end` tells which rules it broke.
class Baton {
public:
  /// `config`: the text of `janus.plugin.baton.jcfg`.
  explicit Baton(std::string_view config = {}, GatewayOptions options = {},
                 const std::filesystem::path& library = kBaton);

  [[nodiscard]] FakeGateway& gateway() { return gateway_; }
  /// A request of the operator, answered at once.
  framework::SharedJson operate(framework::Json request);
  /// Creates a room; fails the test if it is refused.
  void create(framework::Json request);
  /// The whole answer to `status`.
  framework::SharedJson status(const std::string& room, const std::string& secret = {});
  framework::SharedJson snapshot(const std::string& room, const std::string& secret = {});
  /// Ends everything and says what rules the plugin broke.
  std::vector<std::string> end() { return gateway_.shut_down(); }

private:
  ConfigFolder folder_;
  FakeGateway gateway_;
};

/// A request with its verb.
[[nodiscard]] framework::Json verb(std::string_view name);

/// The one answer to a request, whether it came at once or by an event.
struct Answer {
  framework::SharedJson body;
  std::optional<framework::Jsep> jsep;

  [[nodiscard]] std::string kind() const { return std::string(body.string("baton").value_or("")); }
  /// What an error says; nothing when it is no error.
  [[nodiscard]] std::optional<core::ErrorCode> error() const;
};

/// What proves a session.
struct Claim {
  std::string session;
  std::int64_t version = 0;
  std::string resume_token;
};

/// A client with one handle. Not for several threads at once.
class Client {
public:
  /// Attaches a handle. `room` is what `join` names.
  explicit Client(Baton& baton, std::string room = "stage");
  /// Attaches a further handle for the session of `other`; requests name the room.
  static Client beside(Baton& baton, const Client& other);

  /// Sends a request and waits for its answer. Throws when none comes.
  Answer ask(framework::Json request, std::optional<framework::Jsep> jsep = std::nullopt);
  /// Joins and keeps the claim. `extra` has further elements; its verb is set here.
  Answer join(const std::string& user, std::string_view role = "viewer",
              framework::Json extra = framework::Json::object());
  /// Joins with the resume token of `earlier`.
  Answer rejoin(const std::string& user, std::string_view role, const Claim& earlier, int attempt = 1);
  /// A request with the elements of this client's session.
  [[nodiscard]] framework::Json request(std::string_view name) const;
  /// The same, sent.
  Answer say(std::string_view name, std::optional<framework::Jsep> jsep = std::nullopt);

  /// The next event of this kind that answers no request; throws when none comes.
  framework::SharedJson wait(std::string_view kind, std::chrono::milliseconds patience = kLong);
  /// Whether such an event comes within `patience`.
  bool hears(std::string_view kind, std::chrono::milliseconds patience);

  /// Whether everybody is told within `patience` that the user's presence is this now.
  bool hears_presence(std::string_view user, std::string_view presence,
                      std::chrono::milliseconds patience = kLong);

  /// Waits until the control thread and the media worker have done what they were given so far.
  void settle();

  [[nodiscard]] FakeHandle& handle() { return *handle_; }
  [[nodiscard]] const Claim& claim() const { return claim_; }
  void set_claim(Claim claim) { claim_ = std::move(claim); }
  void detach();

private:
  Baton* baton_;
  std::shared_ptr<FakeHandle> handle_;
  std::string room_;
  bool names_room_ = false;
  Claim claim_;
};

/// Waits until `condition` holds; false when it never did.
template <class Condition>
bool comes_true(Condition&& condition, std::chrono::milliseconds patience = kLong) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > until) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

/// A string member of an object, or "".
[[nodiscard]] std::string text_of(framework::JsonView json, const char* name);
/// A participant of a snapshot; the null view when there is no such user.
[[nodiscard]] framework::JsonView participant(framework::JsonView snapshot, std::string_view user);

}  // namespace baton::testing

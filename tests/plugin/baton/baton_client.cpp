// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/plugin/baton/baton_client.hpp"

#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <stdexcept>
#include <utility>

namespace baton::testing {

using framework::Jsep;
using framework::Json;
using framework::JsonView;
using framework::SharedJson;

namespace {

/// A fresh number for names and transactions.
std::string next_number() {
  static std::atomic<std::uint64_t> last{0};
  return std::to_string(++last);
}

}  // namespace

const std::filesystem::path kBaton = BATON_PLUGIN;
const std::filesystem::path kBatonWithRaisedHands = BATON_WITH_RAISED_HANDS;

ConfigFolder::ConfigFolder(std::string_view text)
    : path_(std::filesystem::temp_directory_path() /
            ("baton-config-" + std::to_string(getpid()) + "-" + next_number())) {
  std::filesystem::create_directories(path_);
  if (!text.empty()) {
    std::ofstream(path_ / "janus.plugin.baton.jcfg") << text;
  }
}

ConfigFolder::~ConfigFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

namespace {

GatewayOptions with_folder(GatewayOptions options, const ConfigFolder& folder) {
  options.config_folder = folder.path();
  return options;
}

}  // namespace

Baton::Baton(std::string_view config, GatewayOptions options, const std::filesystem::path& library)
    : folder_(config), gateway_(with_folder(std::move(options), folder_), FakeGateway::load(library)) {
  REQUIRE(gateway_.init() == 0);
}

SharedJson Baton::operate(Json request) {
  return gateway_.admin_message(std::move(request));
}

void Baton::create(Json request) {
  const SharedJson answer = operate(std::move(request.set("request", "create")));
  INFO(answer.dump());
  REQUIRE(answer.string("baton") == "created");
}

SharedJson Baton::status(const std::string& room, const std::string& secret) {
  Json request = verb("status").set("room", room);
  if (!secret.empty()) {
    request.set("secret", secret);
  }
  return operate(std::move(request));
}

SharedJson Baton::snapshot(const std::string& room, const std::string& secret) {
  return SharedJson::share(status(room, secret).get("snapshot").raw());
}

Json verb(std::string_view name) {
  return Json::object().set("request", name);
}

std::optional<core::ErrorCode> Answer::error() const {
  if (kind() != "error") {
    return std::nullopt;
  }
  return static_cast<core::ErrorCode>(body.integer("error_code").value_or(0));
}

Client::Client(Baton& baton, std::string room)
    : baton_(&baton), handle_(baton.gateway().attach()), room_(std::move(room)) {
  if (!handle_) {
    throw std::runtime_error("the plugin refused a handle");
  }
}

Client Client::beside(Baton& baton, const Client& other) {
  Client client(baton, other.room_);
  client.claim_ = other.claim_;
  client.names_room_ = true;
  return client;
}

Answer Client::ask(Json request, std::optional<Jsep> jsep) {
  const std::string transaction = "t" + next_number();
  const std::string text = request.dump();
  const MessageResult result = handle_->request(std::move(request), std::move(jsep), transaction);
  if (result.type == JANUS_PLUGIN_OK) {
    return {result.content, std::nullopt};
  }
  if (result.type == JANUS_PLUGIN_ERROR) {
    throw std::runtime_error("the plugin failed with \"" + result.text + "\" at " + text);
  }
  auto event =
      handle_->wait_event([&](const PushedEvent& one) { return one.transaction == transaction; }, kLong);
  if (!event) {
    throw std::runtime_error("there was no answer to " + text);
  }
  return {event->event, std::move(event->jsep)};
}

Answer Client::join(const std::string& user, std::string_view role, Json extra) {
  extra.set("request", "join").set("room", room_).set("user", user).set("role", role);
  Answer answer = ask(std::move(extra));
  if (answer.kind() == "joined") {
    claim_ = {text_of(answer.body, "session"), answer.body.integer("session_version").value_or(0),
              text_of(answer.body, "resume_token")};
  }
  return answer;
}

Answer Client::rejoin(const std::string& user, std::string_view role, const Claim& earlier, int attempt) {
  return join(user, role, Json::object().set("resume_token", earlier.resume_token).set("attempt", attempt));
}

Json Client::request(std::string_view name) const {
  Json request = verb(name).set("session", claim_.session).set("session_version", claim_.version);
  if (names_room_) {
    request.set("room", room_);
  }
  return request;
}

Answer Client::say(std::string_view name, std::optional<Jsep> jsep) {
  return ask(request(name), std::move(jsep));
}

SharedJson Client::wait(std::string_view kind, std::chrono::milliseconds patience) {
  const auto event = handle_->wait_event(
      [&](const PushedEvent& one) { return one.transaction.empty() && one.event.string("baton") == kind; },
      patience);
  if (!event) {
    throw std::runtime_error("there was no event " + std::string(kind));
  }
  return event->event;
}

bool Client::hears(std::string_view kind, std::chrono::milliseconds patience) {
  return handle_
      ->wait_event([&](const PushedEvent& one) { return one.event.string("baton") == kind; }, patience)
      .has_value();
}

bool Client::hears_presence(std::string_view user, std::string_view presence,
                            std::chrono::milliseconds patience) {
  const auto tells = [&](const PushedEvent& one) {
    bool found = false;
    one.event.get("changes").for_each_element([&](framework::JsonView change) {
      found = found || (change.string("user") == user && change.string("presence") == presence);
    });
    return one.event.string("baton") == "presence_changed" && found;
  };
  return handle_->wait_event(tells, patience).has_value();
}

void Client::settle() {
  handle_->sync();
  // `status` goes through both.
  REQUIRE(baton_->status(room_).string("baton") == "status");
}

void Client::detach() {
  handle_->detach();
  handle_->sync();
}

std::string text_of(JsonView json, const char* name) {
  return std::string(json.string(name).value_or(""));
}

JsonView participant(JsonView snapshot, std::string_view user) {
  JsonView found;
  snapshot.get("participants").for_each_element([&](JsonView one) {
    if (one.string("user") == user) {
      found = one;
    }
  });
  return found;
}

}  // namespace baton::testing

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/janus_link.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

namespace baton::bench {
namespace {

// A snapshot of a room of thousands.
constexpr std::size_t kLargestMessage = std::size_t{4} << 20U;

constexpr int kConnectAttempts = 500;

std::string_view text_of(const json_t* object, const char* key) {
  const char* text = json_string_value(json_object_get(object, key));
  return text == nullptr ? std::string_view() : std::string_view(text);
}

std::uint64_t number_of(const json_t* object, const char* key) {
  return static_cast<std::uint64_t>(json_integer_value(json_object_get(object, key)));
}

std::string printed(const json_t* json) {
  char* text = json_dumps(json, JSON_COMPACT);
  std::string result = text == nullptr ? "" : text;
  std::free(text);
  return result;
}

[[noreturn]] void fail(const json_t* message) {
  throw std::runtime_error("Janus refused: " + printed(message).substr(0, 1000));
}

}  // namespace

JanusLink::JanusLink(const std::string& path)
    : socket_(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)), buffer_(kLargestMessage) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    throw std::runtime_error("The path of the socket is too long: " + path);
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  // Janus may be answering elsewhere before it has come to this transport.
  for (int attempt = 0;; ++attempt) {
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0) {
      return;
    }
    if ((errno != ENOENT && errno != ECONNREFUSED) || attempt == kConnectAttempts) {
      throw std::system_error(errno, std::generic_category(), path);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

JanusLink::~JanusLink() {
  close(socket_);
}

void JanusLink::send(Json message, OnMessage then) {
  const auto transaction = ++last_transaction_;
  json_object_set_new(message.get(), "transaction", json_string(std::to_string(transaction).c_str()));
  waiting_.emplace(transaction, std::move(then));
  unsent_.push_back(printed(message.get()));
  write_waiting();
}

void JanusLink::write_waiting() {
  for (; !unsent_.empty(); unsent_.pop_front()) {
    if (::send(socket_, unsent_.front().data(), unsent_.front().size(), MSG_NOSIGNAL) < 0) {
      if (errno == EAGAIN) {
        return;
      }
      throw std::system_error(errno, std::generic_category(), "sending to Janus");
    }
  }
}

void JanusLink::open(const std::string& plugin, OnHandle then) {
  send(Json(json_pack("{s:s}", "janus", "create")),
       [this, plugin, then = std::move(then)](const json_t* made) {
         const auto session = number_of(json_object_get(made, "data"), "id");
         sessions_.insert(session);
         Json attach(json_pack("{s:s, s:I, s:s}", "janus", "attach", "session_id",
                               static_cast<json_int_t>(session), "plugin", plugin.c_str()));
         send(std::move(attach), [session, then](const json_t* attached) {
           then({session, number_of(json_object_get(attached, "data"), "id")});
         });
       });
}

void JanusLink::end_sessions() {
  for (const auto session : sessions_) {
    Json destroy(json_pack("{s:s, s:I}", "janus", "destroy", "session_id", static_cast<json_int_t>(session)));
    send(std::move(destroy), [this, session](const json_t*) { sessions_.erase(session); });
  }
}

void JanusLink::message(JanusHandle to, Json body, const std::string& jsep_type, const std::string& sdp,
                        OnAnswer then) {
  Json request(json_pack("{s:s, s:I, s:I, s:o}", "janus", "message", "session_id",
                         static_cast<json_int_t>(to.session), "handle_id", static_cast<json_int_t>(to.handle),
                         "body", body.release()));
  if (!sdp.empty()) {
    json_object_set_new(request.get(), "jsep",
                        json_pack("{s:s, s:s}", "type", jsep_type.c_str(), "sdp", sdp.c_str()));
  }
  send(std::move(request), [then = std::move(then)](const json_t* event) {
    const json_t* data = json_object_get(json_object_get(event, "plugindata"), "data");
    if (data == nullptr || json_object_get(data, "error_code") != nullptr) {
      fail(event);
    }
    then({data, text_of(json_object_get(event, "jsep"), "sdp")});
  });
}

void JanusLink::receive(const json_t* message) {
  const auto kind = text_of(message, "janus");
  if (kind == "hangup") {
    ++hangups_;
  }
  // An acknowledgement says only that the plugin has the message; its answer follows as an event.
  const auto transaction = text_of(message, "transaction");
  if (kind == "ack" || transaction.empty()) {
    return;
  }
  if (kind == "error") {
    fail(message);
  }
  const auto found = waiting_.find(std::strtoull(std::string(transaction).c_str(), nullptr, 10));
  if (found == waiting_.end()) {
    return;
  }
  const auto then = std::move(found->second);
  waiting_.erase(found);
  then(message);
}

void JanusLink::turn() {
  write_waiting();
  while (true) {
    const auto size = recv(socket_, buffer_.data(), buffer_.size(), 0);
    if (size < 0) {
      if (errno == EAGAIN) {
        return;
      }
      throw std::system_error(errno, std::generic_category(), "receiving from Janus");
    }
    if (size == 0) {
      throw std::runtime_error("Janus has closed the connection.");
    }
    json_error_t error{};
    const Json message(json_loadb(buffer_.data(), static_cast<std::size_t>(size), 0, &error));
    if (!message) {
      throw std::runtime_error(std::string("Janus sent no JSON: ") + error.text);
    }
    receive(message.get());
  }
}

}  // namespace baton::bench

// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cstring>
#include <thread>

#include "tests/plugin/fake_gateway.hpp"
#include "tests/plugin/fake_gateway_internals.hpp"

namespace baton::testing {

using framework::Jsep;
using framework::JsepType;
using framework::Json;
using framework::MediaIndex;
using framework::MediaKind;
using framework::SharedJson;

namespace {

constexpr std::size_t kRtpHeader = 12;  // bytes, without CSRCs and extensions

}  // namespace

janus_plugin_session* FakeHandle::living_session() const {
  janus_plugin_session* const session = app_handle_;
  return session != nullptr && gateway_.is_alive(session) ? session : nullptr;
}

// The session may be destroyed at any moment, as in Janus.
MessageResult FakeHandle::deliver(janus_plugin_session* session, const SharedJson& body,
                                  const std::optional<Jsep>& jsep, const std::string& transaction) {
  if (session == nullptr)
    return {.text = "No plugin to handle this message"};
  Json description;
  if (jsep) {
    description = Json::object();
    description.set("type", jsep->type == JsepType::offer ? "offer" : "answer").set("sdp", jsep->sdp);
    if (jsep->update)
      description.set("update", true);
    if (jsep->simulcast)
      description.set("simulcast", jsep->simulcast);
    if (!wait_until_clean())
      return {.text = "Still cleaning a previous session"};
    if (jsep->type == JsepType::offer)
      ensure_peer_connection();  // before Janus hands on the offer
  }
  janus_plugin_result* const result = gateway_.plugin_->handle_message(
      session, g_strdup(transaction.c_str()), Json(body).release(), description.release());
  if (result == nullptr)
    return {.text = "Plugin didn't give a result"};
  MessageResult answer{.type = result->type, .content = {}, .text = text_or_empty(result->text)};
  if (result->type == JANUS_PLUGIN_OK) {
    answer.content = SharedJson::share(result->content);
    gateway_.remember(answer.content);
    if (!answer.content.is_object())
      gateway_.violate("a synchronous answer is not an object");
  }
  janus_plugin_result_destroy(result);
  return answer;
}

std::future<MessageResult> FakeHandle::send_message(Json body, std::optional<Jsep> jsep,
                                                    std::string transaction) {
  auto promise = std::make_shared<std::promise<MessageResult>>();
  std::future<MessageResult> future = promise->get_future();
  LoopThread& thread = *gateway_.pool_[gateway_.next_pool_++ % gateway_.pool_.size()];
  thread.post([self = shared_from_this(), body = SharedJson(std::move(body)), jsep = std::move(jsep),
               transaction = std::move(transaction), promise] {
    promise->set_value(self->deliver(self->living_session(), body, jsep, transaction));
  });
  return future;
}

MessageResult FakeHandle::request(Json body, std::optional<Jsep> jsep, std::string transaction) {
  return send_message(std::move(body), std::move(jsep), std::move(transaction)).get();
}

MessageResult FakeHandle::request_overtaken_by_detach(Json body) {
  janus_plugin_session* const session = living_session();
  detach();
  sync();
  return deliver(session, SharedJson(std::move(body)), std::nullopt, "transaction");
}

SharedJson FakeHandle::ask(janus_plugin_session* session) {
  if (session == nullptr)
    return {};
  const InCallback in("query_session");
  SharedJson answer = SharedJson::adopt(gateway_.plugin_->query_session(session));
  gateway_.remember(answer);
  if (answer && !answer.is_object())
    gateway_.violate("query_session gave something that is no object");
  return answer;
}

SharedJson FakeHandle::query() {
  const std::lock_guard lock(mutex_);
  return ask(living_session());
}

SharedJson FakeHandle::query_overtaken_by_detach() {
  janus_plugin_session* const session = living_session();
  detach();
  sync();
  return ask(session);
}

// The packet callbacks of Janus look at the handle's and the session's flags first; the others do not, and
// tell so.
void FakeHandle::on_loop(const char* callback, std::function<void(janus_plugin_session*)> call) {
  loop_.post([self = shared_from_this(), callback, call = std::move(call)] {
    janus_plugin_session* const session = self->app_handle_;
    if (session == nullptr)
      return;
    const InCallback in(callback);
    call(session);
  });
}

void FakeHandle::setup_media() {
  alert_ = false;
  on_loop("setup_media", [this](janus_plugin_session* session) {
    if (gateway_.is_alive(session))
      gateway_.plugin_->setup_media(session);
  });
}

void FakeHandle::incoming_rtp(MediaKind kind, MediaIndex media_index, std::vector<std::uint8_t> packet,
                              std::optional<janus_plugin_rtp_extensions> extensions) {
  on_loop("incoming_rtp", [this, kind, media_index, packet = std::move(packet), extensions](auto* session) {
    if (g_atomic_int_get(&session->stopped) != 0 || destroyed_ || gateway_.plugin_->incoming_rtp == nullptr)
      return;
    const auto buffer = std::make_unique<char[]>(packet.size());
    std::copy(packet.begin(), packet.end(), buffer.get());
    janus_plugin_rtp rtp{};
    rtp.mindex = media_index.value();
    rtp.video = kind == MediaKind::video ? TRUE : FALSE;
    rtp.buffer = buffer.get();
    rtp.length = static_cast<std::uint16_t>(packet.size());
    rtp.extensions.audio_level = -1;
    rtp.extensions.video_rotation = -1;
    rtp.extensions.min_delay = -1;
    rtp.extensions.max_delay = -1;
    if (extensions)
      rtp.extensions = *extensions;
    gateway_.plugin_->incoming_rtp(session, &rtp);
    // Janus restores the fixed header only.
    if (packet.size() > kRtpHeader &&
        std::memcmp(buffer.get() + kRtpHeader, packet.data() + kRtpHeader, packet.size() - kRtpHeader) != 0)
      gateway_.violate("incoming_rtp changed a packet that it was lent");
    std::memset(buffer.get(), 0xDB, packet.size());
    std::memset(&rtp, 0xDB, sizeof(rtp));
  });
}

void FakeHandle::incoming_rtcp(MediaKind kind, MediaIndex media_index, std::vector<std::uint8_t> packet) {
  on_loop("incoming_rtcp", [this, kind, media_index, packet = std::move(packet)](auto* session) {
    if (g_atomic_int_get(&session->stopped) != 0 || destroyed_ || gateway_.plugin_->incoming_rtcp == nullptr)
      return;
    const auto buffer = std::make_unique<char[]>(packet.size());
    std::copy(packet.begin(), packet.end(), buffer.get());
    janus_plugin_rtcp rtcp{.mindex = media_index.value(),
                           .video = kind == MediaKind::video ? TRUE : FALSE,
                           .buffer = buffer.get(),
                           .length = static_cast<std::uint16_t>(packet.size())};
    gateway_.plugin_->incoming_rtcp(session, &rtcp);
    std::memset(buffer.get(), 0xDB, packet.size());
    std::memset(&rtcp, 0xDB, sizeof(rtcp));
  });
}

void FakeHandle::incoming_data(std::string label, std::string text) {
  on_loop("incoming_data", [this, label = std::move(label), text = std::move(text)](auto* session) {
    if (g_atomic_int_get(&session->stopped) != 0 || destroyed_ || gateway_.plugin_->incoming_data == nullptr)
      return;
    std::string own_label = label;
    std::string own_text = text;
    janus_plugin_data data{.label = own_label.data(),
                           .protocol = nullptr,
                           .binary = FALSE,
                           .buffer = own_text.data(),
                           .length = static_cast<std::uint16_t>(own_text.size())};
    gateway_.plugin_->incoming_data(session, &data);
    std::memset(own_text.data(), 0xDB, own_text.size());
  });
}

void FakeHandle::data_ready() {
  on_loop("data_ready", [this](janus_plugin_session* session) {
    if (gateway_.plugin_->data_ready != nullptr)
      gateway_.plugin_->data_ready(session);
  });
}

void FakeHandle::slow_link(framework::SlowLink link) {
  on_loop("slow_link", [this, link](janus_plugin_session* session) {
    if (gateway_.is_alive(session) && gateway_.plugin_->slow_link != nullptr)
      gateway_.plugin_->slow_link(session, link.media_index.value(),
                                  link.kind == MediaKind::video ? TRUE : FALSE,
                                  link.direction == framework::SlowLink::Direction::from_peer ? TRUE : FALSE);
  });
}

void FakeHandle::hangup() {
  closing_asked_ = false;
  if (alert_.exchange(true))
    return;
  cleaning_ = true;
  force_hangup_callback();
}

void FakeHandle::force_hangup_callback() {
  on_loop("hangup_media", [this](janus_plugin_session* session) {
    gateway_.plugin_->hangup_media(session);
    has_peer_connection_ = false;
    cleaning_ = false;
  });
}

bool FakeHandle::wait_until_clean() const {
  constexpr std::chrono::seconds kLongest{3};
  const auto until = std::chrono::steady_clock::now() + kLongest;
  // As in Janus, one look at the flag decides: the next hangup may set it again right after.
  while (cleaning_) {
    if (std::chrono::steady_clock::now() >= until)
      return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

void FakeHandle::ensure_peer_connection() {
  if (has_peer_connection_.exchange(true))
    return;
  closing_asked_ = false;
  alert_ = false;
}

FakeHandle::LoopHold FakeHandle::hold_closing() {
  return LoopHold(*gateway_.watchdog_);
}

void FakeHandle::detach() {
  if (destroyed_.exchange(true))
    return;
  hangup();
  janus_plugin_session* const session = app_handle_;
  {
    const std::lock_guard lock(gateway_.mutex_);
    gateway_.alive_.erase(session);
  }
  g_atomic_int_set(&session->stopped, 1);
  on_loop("destroy_session", [this](janus_plugin_session* app_handle) {
    int error = 0;
    gateway_.plugin_->destroy_session(app_handle, &error);
    app_handle_ = nullptr;
  });
  // The reference that the table of living sessions held. The other one is the plugin's, which the task above
  // drops.
  janus_refcount_decrease(&session->ref);
}

FakeHandle::LoopHold::LoopHold(LoopThread& loop) {
  loop.post([over = over_.get_future().share()] { over.wait(); });
}

void FakeHandle::sync() {
  std::promise<void> done;
  loop_.post([&] { done.set_value(); });
  done.get_future().wait();
}

std::optional<PushedEvent> FakeHandle::wait_event(const std::function<bool(const PushedEvent&)>& accept,
                                                  std::chrono::milliseconds patience) {
  std::unique_lock lock(record_mutex_);
  const auto find = [&] { return std::find_if(inbox_.begin(), inbox_.end(), accept); };
  if (!recorded_.wait_for(lock, patience, [&] { return find() != inbox_.end(); }))
    return std::nullopt;
  const auto found = find();
  PushedEvent event = std::move(*found);
  inbox_.erase(found);
  return event;
}

std::optional<PushedEvent> FakeHandle::next_event(std::chrono::milliseconds patience) {
  return wait_event([](const PushedEvent&) { return true; }, patience);
}

std::vector<RelayedPacket> FakeHandle::wait_rtp(std::size_t count, std::chrono::milliseconds patience) {
  std::unique_lock lock(record_mutex_);
  recorded_.wait_for(lock, patience, [&] { return rtp_.size() >= count; });
  return rtp_;
}

std::vector<RelayedPacket> FakeHandle::rtp() const {
  return locked_copy(record_mutex_, rtp_);
}
std::vector<RelayedPacket> FakeHandle::rtcp() const {
  return locked_copy(record_mutex_, rtcp_);
}
std::vector<RelayedData> FakeHandle::data() const {
  return locked_copy(record_mutex_, data_);
}
std::optional<std::uint32_t> FakeHandle::last_remb() const {
  return locked_copy(record_mutex_, remb_);
}

}  // namespace baton::testing

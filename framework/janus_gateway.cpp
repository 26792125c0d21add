// SPDX-License-Identifier: GPL-3.0-or-later
#include "framework/janus_gateway.hpp"

#include <limits>

#include "framework/janus_api.hpp"
#include "framework/packet_conversion.hpp"

namespace baton::framework {

EventHandlers JanusGateway::event_handlers() const {
  if (is_stopped() || callbacks_.events_is_enabled() == FALSE)
    return EventHandlers::disabled;
  return EventHandlers::enabled;
}

SendResult JanusGateway::notify(janus_plugin_session* session, Json event) {
  if (is_stopped())
    return SendResult::gateway_stopped;
  // Janus frees the event in every case but this one.
  if (!event.is_object())
    return SendResult::refused;
  callbacks_.notify_event(&table_, session, event.release());
  return SendResult::sent;
}

SendResult JanusGateway::notify_event(Json event) {
  return notify(nullptr, std::move(event));
}

SendResult JanusGateway::notify_event(const Handle& handle, Json event) {
  auto* link = dynamic_cast<JanusHandleLink*>(handle.link_.get());
  if (link == nullptr)
    return SendResult::refused;
  return link->if_open([&] { return notify(&link->session_, std::move(event)); });
}

TokenCheck JanusGateway::check_token(const std::string& token) const {
  if (is_stopped())
    return TokenCheck::rejected;
  if (callbacks_.auth_is_signed() == FALSE)
    return TokenCheck::not_in_use;
  return callbacks_.auth_is_signature_valid(&table_, token.c_str()) != FALSE ? TokenCheck::accepted
                                                                             : TokenCheck::rejected;
}

TokenCheck JanusGateway::check_token(const std::string& token, const std::string& descriptor) const {
  if (is_stopped())
    return TokenCheck::rejected;
  if (callbacks_.auth_is_signed() == FALSE)
    return TokenCheck::not_in_use;
  return callbacks_.auth_signature_contains(&table_, token.c_str(), descriptor.c_str()) != FALSE
             ? TokenCheck::accepted
             : TokenCheck::rejected;
}

JanusHandleLink::~JanusHandleLink() {
  if (state_.load(std::memory_order_relaxed) != State::not_attached)
    janus_refcount_decrease(&session_.ref);
}

void JanusHandleLink::adopt_reference() {
  state_.store(State::open, std::memory_order_relaxed);
}

template <class Call>
SendResult JanusHandleLink::if_open(Call&& call) {
  if (gateway_->is_stopped())
    return SendResult::gateway_stopped;
  if (state_.load(std::memory_order_relaxed) != State::open)
    return SendResult::handle_closed;
  return call();
}

namespace {

Json to_json(const Jsep& jsep) {
  Json json = Json::object();
  json.set("type", jsep.type == JsepType::offer ? "offer" : "answer").set("sdp", jsep.sdp);
  if (jsep.restart)
    json.set("restart", true);
  if (jsep.end_to_end_encrypted)
    json.set("e2ee", true);
  return json;
}

SendResult result_of_push(int code) {
  constexpr int kSessionNotAlive = -2;
  constexpr int kSessionNotFound = 458;
  if (code == 0)
    return SendResult::sent;
  return code == kSessionNotAlive || code == kSessionNotFound ? SendResult::handle_closed
                                                              : SendResult::refused;
}

}  // namespace

SendResult JanusHandleLink::push_event(const std::string& transaction, const SharedJson& event,
                                       const Jsep* jsep) {
  return if_open([&] {
    if (!event.is_object())
      return SendResult::refused;
    if (jsep != nullptr && jsep->peer_connection && *jsep->peer_connection != peer_connection())
      return SendResult::refused;
    // Janus counts a reference to the event for as long as it needs it, and copies what it needs of the JSEP.
    const Json description = jsep != nullptr ? to_json(*jsep) : Json();
    return result_of_push(gateway_->callbacks().push_event(
        &session_, &gateway_->table(), transaction.empty() ? nullptr : transaction.c_str(), event.raw(),
        description.raw()));
  });
}

SendResult JanusHandleLink::relay_rtp(const RtpPacket& packet) {
  return if_open([&] {
    std::optional<janus_plugin_rtp> rtp = to_janus(packet);
    if (!rtp)
      return SendResult::refused;
    gateway_->callbacks().relay_rtp(&session_, &*rtp);
    return SendResult::sent;
  });
}

SendResult JanusHandleLink::relay_rtcp(const RtcpPacket& packet) {
  return if_open([&] {
    std::optional<janus_plugin_rtcp> rtcp = to_janus(packet);
    if (!rtcp)
      return SendResult::refused;
    gateway_->callbacks().relay_rtcp(&session_, &*rtcp);
    return SendResult::sent;
  });
}

SendResult JanusHandleLink::relay_data(const DataMessage& message) {
  return if_open([&] {
    if (message.bytes.empty() || message.bytes.size() > std::numeric_limits<std::uint16_t>::max())
      return SendResult::refused;
    std::string label(message.label);
    std::string protocol(message.protocol);
    std::string bytes(message.bytes.begin(), message.bytes.end());
    janus_plugin_data data{.label = label.empty() ? nullptr : label.data(),
                           .protocol = protocol.empty() ? nullptr : protocol.data(),
                           .binary = message.format == DataMessage::Format::binary ? TRUE : FALSE,
                           .buffer = bytes.data(),
                           .length = static_cast<std::uint16_t>(bytes.size())};
    gateway_->callbacks().relay_data(&session_, &data);
    return SendResult::sent;
  });
}

SendResult JanusHandleLink::send_pli(std::optional<MediaIndex> media_index) {
  return if_open([&] {
    if (media_index)
      gateway_->callbacks().send_pli_stream(&session_, media_index->value());
    else
      gateway_->callbacks().send_pli(&session_);
    return SendResult::sent;
  });
}

SendResult JanusHandleLink::send_remb(std::uint32_t bits_per_second) {
  return if_open([&] {
    gateway_->callbacks().send_remb(&session_, bits_per_second);
    return SendResult::sent;
  });
}

PeerConnectionNumber JanusHandleLink::peer_connection_ended() {
  const std::lock_guard lock(closing_mutex_);
  return PeerConnectionNumber(ended_.fetch_add(1, std::memory_order_acq_rel));
}

SendResult JanusHandleLink::close_pc(PeerConnectionNumber which) {
  return if_open([&] {
    const std::lock_guard lock(closing_mutex_);
    if (peer_connection() != which)
      return SendResult::refused;
    gateway_->callbacks().close_pc(&session_);
    return SendResult::sent;
  });
}

SendResult JanusHandleLink::end_session() {
  return if_open([&] {
    gateway_->callbacks().end_session(&session_);
    return SendResult::sent;
  });
}

}  // namespace baton::framework

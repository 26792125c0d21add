// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "framework/json.hpp"
#include "framework/media_packet.hpp"

/// A plugin's end of one Janus handle.
namespace baton::framework {

/// Names a handle within the process. Given by the framework, grows, never reused.
class HandleId {
public:
  constexpr explicit HandleId(std::uint64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  friend constexpr auto operator<=>(HandleId, HandleId) = default;

private:
  std::uint64_t value_;
};

/// Names the PeerConnections of one handle, one after the other: how many ends of them Janus had told of when
/// this one was made. Janus makes the next one only after that, so no two have the same number; a number to
/// which no PeerConnection belongs does no harm.
class PeerConnectionNumber {
public:
  constexpr explicit PeerConnectionNumber(std::uint64_t value) : value_(value) {}
  [[nodiscard]] constexpr std::uint64_t value() const { return value_; }
  friend constexpr auto operator<=>(PeerConnectionNumber, PeerConnectionNumber) = default;

private:
  std::uint64_t value_;
};

enum class JsepType : std::uint8_t { offer, answer };

/// A session description on its way between the client and the plugin (RFC 8829).
struct Jsep {
  JsepType type;
  std::string sdp;
  bool update = false;  ///< from Janus: this renegotiates a PeerConnection that exists
  bool end_to_end_encrypted = false;
  bool restart = false;  ///< to Janus: restart ICE
  SharedJson
      simulcast{};  ///< from Janus: the rids or SSRCs per m-line; the null view when there is no simulcast
  /// From Janus: the PeerConnection that it is about. To Janus: the one that it is meant for; absent for any.
  std::optional<PeerConnectionNumber> peer_connection{};
};

/// What became of something given to the gateway. Only `sent` means that Janus took it; for packets it
/// promises nothing about delivery.
enum class SendResult : std::uint8_t {
  sent,
  handle_closed,    ///< the handle is detached, or not attached yet (inside `Plugin::create_handle`)
  gateway_stopped,  ///< the plugin is being destroyed, or was
  refused,          ///< Janus said no: a bad SDP, the PeerConnection being torn down, not an object; or the
                    ///< PeerConnection that was meant is down
};

/// What a `Handle` stands for. Janus's handles implement it; a test may do so too, and needs no gateway then.
/// Every method may be called on any thread, at any time.
class HandleLink {
public:
  HandleLink() = default;
  HandleLink(const HandleLink&) = delete;
  HandleLink& operator=(const HandleLink&) = delete;
  virtual ~HandleLink() = default;

  [[nodiscard]] virtual HandleId id() const = 0;
  [[nodiscard]] virtual PeerConnectionNumber peer_connection() const = 0;
  virtual SendResult push_event(const std::string& transaction, const SharedJson& event,
                                const Jsep* jsep) = 0;
  virtual SendResult relay_rtp(const RtpPacket& packet) = 0;
  virtual SendResult relay_rtcp(const RtcpPacket& packet) = 0;
  virtual SendResult relay_data(const DataMessage& message) = 0;
  virtual SendResult send_pli(std::optional<MediaIndex> media_index) = 0;
  virtual SendResult send_remb(std::uint32_t bits_per_second) = 0;
  virtual SendResult close_pc(PeerConnectionNumber which) = 0;
  virtual SendResult end_session() = 0;
};

/// A counted reference to a handle. Copies are cheap; any thread may hold and use one for as long as it
/// likes. Once the handle is detached or the plugin is destroyed, every call does nothing and says so by its
/// result.
class Handle {
public:
  explicit Handle(std::shared_ptr<HandleLink> link) : link_(std::move(link)) {}

  [[nodiscard]] HandleId id() const { return link_->id(); }
  /// The PeerConnection that there is, or the one that would be made next.
  [[nodiscard]] PeerConnectionNumber peer_connection() const { return link_->peer_connection(); }

  /// Sends an event to the client. `event` must be an object. An empty `transaction` means that the event
  /// answers no request. Not from a loop callback (see `HandleHandler`): with a JSEP this may sleep for
  /// seconds.
  SendResult push_event(const std::string& transaction, const SharedJson& event) const {
    return link_->push_event(transaction, event, nullptr);
  }
  SendResult push_event(const std::string& transaction, const SharedJson& event, const Jsep& jsep) const {
    return link_->push_event(transaction, event, &jsep);
  }

  /// Janus copies the bytes before this returns.
  SendResult relay_rtp(const RtpPacket& packet) const { return link_->relay_rtp(packet); }
  /// Janus copies the bytes, drops reports and NACKs from them, and puts its own SSRCs into the rest.
  SendResult relay_rtcp(const RtcpPacket& packet) const { return link_->relay_rtcp(packet); }
  /// Janus copies label, protocol and bytes.
  SendResult relay_data(const DataMessage& message) const { return link_->relay_data(message); }
  /// Asks the peer for a keyframe of every video stream that it sends (RFC 4585, section 6.3.1). Janus does
  /// not throttle this.
  SendResult send_pli() const { return link_->send_pli(std::nullopt); }
  SendResult send_pli(MediaIndex media_index) const { return link_->send_pli(media_index); }
  /// Tells the peer a limit for what it sends.
  SendResult send_remb(std::uint32_t bits_per_second) const { return link_->send_remb(bits_per_second); }
  /// Asks for the end of this PeerConnection and of no later one; `on_hangup` follows later, on the handle's
  /// loop. `refused` when its end was told of already.
  SendResult close_pc(PeerConnectionNumber which) const { return link_->close_pc(which); }
  /// Asks for the end of the handle; `on_destroy` follows later, on the handle's loop.
  SendResult end_session() const { return link_->end_session(); }

  friend bool operator==(const Handle& a, const Handle& b) { return a.link_ == b.link_; }

private:
  friend class JanusGateway;  // which must know the session behind a handle

  std::shared_ptr<HandleLink> link_;  // never null, except when moved from
};

}  // namespace baton::framework

template <>
struct std::hash<baton::framework::HandleId> {
  std::size_t operator()(baton::framework::HandleId id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value());
  }
};

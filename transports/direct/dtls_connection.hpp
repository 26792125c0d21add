// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "core/media/bytes.hpp"
#include "core/time.hpp"
#include "transports/direct/certificate.hpp"
#include "transports/direct/dtls_context.hpp"
#include "transports/direct/srtp_keys.hpp"

namespace baton::transport::direct {

/// The largest datagram that a handshake sends, in bytes of UDP payload: what every path takes.
inline constexpr std::size_t kDtlsMtu = 1200;
/// Datagrams that wait to be fetched, at most: several flights.
inline constexpr std::size_t kMaxDtlsDatagrams = 32;
/// A handshake that takes longer has failed.
inline constexpr core::Duration kDtlsHandshakeTimeout = std::chrono::seconds(20);

/// Who speaks first: `a=setup:active` is the client (RFC 5763 §5).
enum class DtlsRole : std::uint8_t { server, client };

enum class DtlsState : std::uint8_t {
  handshaking,
  connected,  ///< The keys are there.
  closed,     ///< The peer said goodbye (close_notify), or we did.
  failed,     ///< See failure().
};

enum class DtlsFailure : std::uint8_t {
  none,
  handshake,          ///< The library refused what it got, or the peer refused us.
  fingerprint,        ///< The peer's certificate is not the one that its SDP promised.
  no_common_profile,  ///< No SRTP profile that both have.
  timed_out,
  library,  ///< The library could not be set up: no memory.
};
[[nodiscard]] const char* to_string(DtlsFailure failure);

/// One DTLS association that makes keys for SRTP (RFC 5764). Datagrams go in and out as bytes; whoever feeds
/// it has made sure by a connectivity check that the address is the peer's, which is what a cookie would
/// prove. One thread.
///
/// Time comes in, but OpenSSL reads the clock itself to decide whether a flight is due again: deadlines that
/// are moved closer than real time do not make it retransmit earlier.
class DtlsConnection {
public:
  DtlsConnection(std::shared_ptr<const DtlsContext> context, DtlsRole role, const Fingerprint& peer,
                 core::Instant now);
  ~DtlsConnection();
  DtlsConnection(const DtlsConnection&) = delete;
  DtlsConnection& operator=(const DtlsConnection&) = delete;

  /// A datagram from the peer.
  void incoming(media::ByteView datagram, core::Instant now);
  /// When advance() is to be called next, if nothing arrives before.
  [[nodiscard]] std::optional<core::Instant> next_deadline() const { return deadline_; }
  void advance(core::Instant now);
  /// Says goodbye.
  void close();

  /// The next datagram that is to be sent, until there is none.
  [[nodiscard]] std::optional<std::vector<std::uint8_t>> take_outgoing();

  [[nodiscard]] DtlsState state() const { return state_; }
  [[nodiscard]] DtlsFailure failure() const { return failure_; }
  /// The keys, once, when connected; they are wiped here.
  [[nodiscard]] std::optional<SrtpKeys> take_keys();
  /// Data that the peer sent over DTLS itself: there are no data channels, so it was dropped.
  [[nodiscard]] std::uint64_t application_data_dropped() const { return application_data_dropped_; }

private:
  friend class DtlsContext;
  struct Free {
    void operator()(SSL* ssl) const;
  };

  static int write_datagram(BIO* bio, const char* bytes, int size);
  static int read_datagram(BIO* bio, char* bytes, int size);
  static long control(BIO* bio, int command, long number, void* pointer);
  static int verify(X509_STORE_CTX* store, void* unused);

  void proceed(core::Instant now);
  void continue_handshake();
  void read_application_data();
  [[nodiscard]] DtlsFailure export_keys();
  void fail(DtlsFailure failure);
  void update_deadline(core::Instant now);

  const std::shared_ptr<const DtlsContext> context_;
  const Fingerprint peer_;
  const DtlsRole role_;
  const core::Instant must_be_done_;
  media::ByteView arriving_;
  std::deque<std::vector<std::uint8_t>> outgoing_;
  std::unique_ptr<SSL, Free> ssl_;
  DtlsState state_ = DtlsState::handshaking;
  DtlsFailure failure_ = DtlsFailure::none;
  bool fingerprint_differs_ = false;
  std::optional<SrtpKeys> keys_;
  std::optional<core::Instant> deadline_;
  std::uint64_t application_data_dropped_ = 0;
};

}  // namespace baton::transport::direct

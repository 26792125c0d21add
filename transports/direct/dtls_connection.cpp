// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/dtls_connection.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace baton::transport::direct {
namespace {

// The first flight is sent again after this long, and then after twice as long each time, up to the longest.
// RFC 6347 §4.2.4.1 suggests a second for a network that nothing is known of; of this one we know that checks
// pass.
constexpr unsigned kFirstRetransmissionMicroseconds = 100'000;
constexpr unsigned kLongestRetransmissionMicroseconds = 2'000'000;

unsigned next_retransmission(SSL* /*ssl*/, unsigned last_microseconds) {
  return last_microseconds == 0 ? kFirstRetransmissionMicroseconds
                                : std::min(2 * last_microseconds, kLongestRetransmissionMicroseconds);
}

std::optional<SrtpProfile> chosen_profile(SSL* ssl) {
  const SRTP_PROTECTION_PROFILE* chosen = SSL_get_selected_srtp_profile(ssl);
  if (chosen == nullptr) {
    return std::nullopt;
  }
  switch (chosen->id) {
    case SRTP_AEAD_AES_128_GCM:
      return SrtpProfile::aead_aes_128_gcm;
    case SRTP_AEAD_AES_256_GCM:
      return SrtpProfile::aead_aes_256_gcm;
    case SRTP_AES128_CM_SHA1_80:
      return SrtpProfile::aes128_cm_sha1_80;
    default:
      return std::nullopt;
  }
}

}  // namespace

const char* to_string(DtlsFailure failure) {
  switch (failure) {
    case DtlsFailure::none:
      return "none";
    case DtlsFailure::handshake:
      return "handshake";
    case DtlsFailure::fingerprint:
      return "fingerprint";
    case DtlsFailure::no_common_profile:
      return "no_common_profile";
    case DtlsFailure::timed_out:
      return "timed_out";
    case DtlsFailure::library:
      break;
  }
  return "library";
}

void DtlsConnection::Free::operator()(SSL* ssl) const {
  SSL_free(ssl);
}

DtlsConnection::DtlsConnection(std::shared_ptr<const DtlsContext> context, DtlsRole role,
                               const Fingerprint& peer, core::Instant now)
    : context_(std::move(context)), peer_(peer), role_(role), must_be_done_(now + kDtlsHandshakeTimeout) {
  ssl_.reset(SSL_new(context_->context_.get()));
  BIO* bio = BIO_new(context_->datagrams_.get());
  if (!ssl_ || bio == nullptr) {
    BIO_free(bio);
    fail(DtlsFailure::library);
    return;
  }
  BIO_set_data(bio, this);
  BIO_set_init(bio, 1);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_mtu(ssl_.get(), kDtlsMtu);
  DTLS_set_timer_cb(ssl_.get(), &next_retransmission);
  if (role == DtlsRole::client) {
    SSL_set_connect_state(ssl_.get());
    proceed(now);
  } else {
    SSL_set_accept_state(ssl_.get());
    update_deadline(now);
  }
}

DtlsConnection::~DtlsConnection() = default;

int DtlsConnection::write_datagram(BIO* bio, const char* bytes, int size) {
  auto& self = *static_cast<DtlsConnection*>(BIO_get_data(bio));
  if (self.outgoing_.size() < kMaxDtlsDatagrams) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(bytes);
    self.outgoing_.emplace_back(begin, begin + size);
  }
  // One that finds no room is lost, as on any network.
  return size;
}

int DtlsConnection::read_datagram(BIO* bio, char* bytes, int size) {
  auto& self = *static_cast<DtlsConnection*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  if (self.arriving_.empty()) {
    BIO_set_retry_read(bio);
    return -1;
  }
  const auto taken = std::min(self.arriving_.size(), static_cast<std::size_t>(size));
  std::memcpy(bytes, self.arriving_.data(), taken);
  self.arriving_ = {};
  return static_cast<int>(taken);
}

long DtlsConnection::control(BIO* /*bio*/, int command, long /*number*/, void* /*pointer*/) {
  switch (command) {
    case BIO_CTRL_FLUSH:
      return 1;
    case BIO_CTRL_DGRAM_QUERY_MTU:
    case BIO_CTRL_DGRAM_GET_MTU:
    case BIO_CTRL_DGRAM_GET_FALLBACK_MTU:
      return kDtlsMtu;
    default:
      return 0;
  }
}

// The certificate is whatever the peer signed for itself. What makes it the peer's is that its hash came with
// the SDP.
int DtlsConnection::verify(X509_STORE_CTX* store, void* /*unused*/) {
  const auto* ssl =
      static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<DtlsConnection*>(SSL_get_app_data(ssl));
  if (fingerprint_of(X509_STORE_CTX_get0_cert(store)) == self.peer_) {
    return 1;
  }
  self.fingerprint_differs_ = true;
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  return 0;
}

void DtlsConnection::incoming(media::ByteView datagram, core::Instant now) {
  if (state_ == DtlsState::failed || state_ == DtlsState::closed) {
    return;
  }
  arriving_ = datagram;
  proceed(now);
  arriving_ = {};
}

void DtlsConnection::advance(core::Instant now) {
  if (state_ != DtlsState::handshaking) {
    return;
  }
  if (now >= must_be_done_) {
    fail(DtlsFailure::timed_out);
    return;
  }
  ERR_clear_error();
  if (DTLSv1_handle_timeout(ssl_.get()) < 0) {
    fail(DtlsFailure::timed_out);
    return;
  }
  update_deadline(now);
}

void DtlsConnection::proceed(core::Instant now) {
  ERR_clear_error();
  // Does nothing where there are some.
  if (SSL_alloc_buffers(ssl_.get()) != 1) {
    fail(DtlsFailure::library);
    return;
  }
  if (state_ == DtlsState::handshaking) {
    continue_handshake();
  }
  if (state_ == DtlsState::connected) {
    // Goodbyes, and flights that the peer repeats because our last one was lost.
    read_application_data();
    // Two thirds of what an association takes, which it needs no more but for what never comes, as a rule.
    SSL_free_buffers(ssl_.get());
  }
  update_deadline(now);
}

void DtlsConnection::continue_handshake() {
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) {
    const auto failure = export_keys();
    if (failure == DtlsFailure::none) {
      state_ = DtlsState::connected;
    } else {
      fail(failure);
    }
    return;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return;
    default:
      fail(fingerprint_differs_ ? DtlsFailure::fingerprint : DtlsFailure::handshake);
  }
}

void DtlsConnection::read_application_data() {
  std::array<std::uint8_t, 2048> scratch;
  int result = 0;
  while ((result = SSL_read(ssl_.get(), scratch.data(), static_cast<int>(scratch.size()))) > 0) {
    ++application_data_dropped_;
  }
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return;
    case SSL_ERROR_ZERO_RETURN:
      state_ = DtlsState::closed;
      return;
    default:
      // A fatal alert. Forged ones do not get here: records are authenticated by now.
      state_ = DtlsState::closed;
  }
}

DtlsFailure DtlsConnection::export_keys() {
  const auto profile = chosen_profile(ssl_.get());
  if (!profile) {
    return DtlsFailure::no_common_profile;
  }
  const auto sizes = key_sizes(*profile);
  Secret<2 * 46> material(2 * (sizes.key + sizes.salt));
  constexpr std::string_view kLabel = "EXTRACTOR-dtls_srtp";
  if (SSL_export_keying_material(ssl_.get(), material.bytes().data(), material.bytes().size(), kLabel.data(),
                                 kLabel.size(), nullptr, 0, 0) != 1) {
    return DtlsFailure::library;
  }
  // RFC 5764 §4.2: the client's key, the server's, the client's salt, the server's.
  const auto part = [&](std::size_t key_offset, std::size_t salt_offset) {
    SrtpKey result(sizes.key + sizes.salt);
    const media::ByteView from = material.bytes();
    std::ranges::copy(from.subspan(key_offset, sizes.key), result.bytes().begin());
    std::ranges::copy(from.subspan(salt_offset, sizes.salt), result.bytes().subspan(sizes.key).begin());
    return result;
  };
  SrtpKey client = part(0, 2 * sizes.key);
  SrtpKey server = part(sizes.key, 2 * sizes.key + sizes.salt);
  keys_.emplace();
  keys_->profile = *profile;
  keys_->local = std::move(role_ == DtlsRole::client ? client : server);
  keys_->remote = std::move(role_ == DtlsRole::client ? server : client);
  return DtlsFailure::none;
}

void DtlsConnection::close() {
  if (state_ == DtlsState::connected) {
    ERR_clear_error();
    if (SSL_alloc_buffers(ssl_.get()) == 1) {
      SSL_shutdown(ssl_.get());
    }
    state_ = DtlsState::closed;
    deadline_.reset();
  }
}

void DtlsConnection::fail(DtlsFailure failure) {
  state_ = DtlsState::failed;
  failure_ = failure;
  deadline_.reset();
}

void DtlsConnection::update_deadline(core::Instant now) {
  deadline_.reset();
  if (state_ != DtlsState::handshaking) {
    return;
  }
  deadline_ = must_be_done_;
  timeval left{};
  if (DTLSv1_get_timeout(ssl_.get(), &left) == 1) {
    const auto due = now + std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
    deadline_ = std::min(*deadline_, due);
  }
}

std::optional<std::vector<std::uint8_t>> DtlsConnection::take_outgoing() {
  if (outgoing_.empty()) {
    return std::nullopt;
  }
  auto result = std::move(outgoing_.front());
  outgoing_.pop_front();
  return result;
}

std::optional<SrtpKeys> DtlsConnection::take_keys() {
  return std::exchange(keys_, std::nullopt);
}

}  // namespace baton::transport::direct

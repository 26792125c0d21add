// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/media/measurement.hpp"

#include <poll.h>

#include <functional>
#include <stdexcept>
#include <string>

#include "tests/bench/media/janus_link.hpp"
#include "tests/bench/media/room_server.hpp"
#include "tests/bench/media/timed_receiver.hpp"

namespace baton::bench {
namespace {

using namespace std::chrono_literals;
namespace direct = transport::direct;

// A viewer joins as soon as fewer than this many are on their way.
constexpr std::size_t kJoiningAtOnce = 16;
constexpr auto kPatience = 30s;
constexpr auto kPatienceForEachViewer = 100ms;  // Besides, while they join.
constexpr auto kPatienceAtEnd = 10s;
// What the slowest packets of the window are waited for.
constexpr auto kGrace = 2s;

std::unique_ptr<RoomServer> make_server(ServerKind kind, JanusLink& link) {
  switch (kind) {
    case ServerKind::video_room:
      return make_video_room(link);
    case ServerKind::baton_gateway:
      return make_baton_gateway(link);
    case ServerKind::baton_direct:
      break;
  }
  return make_baton_direct(link);
}

/// Janus checks by itself; an endpoint that is ICE-lite waits to be checked.
IceSide ice_side_of(ServerKind kind) {
  return kind == ServerKind::baton_direct ? IceSide::checking : IceSide::answering;
}

/// The same cipher for every server and every run: the one that is cheapest.
std::shared_ptr<const direct::DtlsContext> make_context() {
  auto certificate = direct::Certificate::make();
  static constexpr direct::SrtpProfile kProfile = direct::SrtpProfile::aead_aes_128_gcm;
  auto context =
      certificate ? direct::DtlsContext::make(std::move(*certificate), std::span(&kProfile, 1)) : nullptr;
  if (!context) {
    throw std::runtime_error("There is no certificate to be had.");
  }
  return context;
}

direct::SocketAddress ip_of(const std::string& text) {
  const auto address = direct::SocketAddress::parse(text, {});
  if (!address) {
    throw std::runtime_error("This is no address: " + text);
  }
  return *address;
}

class Run {
public:
  explicit Run(const MeasurementSettings& settings)
      : settings_(settings),
        side_(ice_side_of(settings.server)),
        context_(make_context()),
        link_(settings.socket_path),
        server_(make_server(settings.server, link_)),
        process_(settings.server_pid),
        publishers_(side_, ip_of(settings.media_ip), context_, settings.rooms),
        viewers_(side_, ip_of(settings.media_ip), context_, settings.viewers, settings.fault,
                 settings.reports) {
    watched_.push_back({link_.descriptor(), POLLIN, 0});
    for (const int descriptor : viewers_.descriptors()) {
      watched_.push_back({descriptor, POLLIN, 0});
    }
  }

  Measurement measure() {
    publish();
    result_.before_viewers = process_.memory();
    join();
    if (settings_.rate == FrameRate::full) {
      publishers_.set_rate(FrameRate::full);
    }
    pass(settings_.settle);
    watch();
    result_.with_viewers = process_.memory();
    pass(kGrace);
    result_.publishing = publishers_.stop();
    result_.viewing = viewers_.report();
    result_.hangups = link_.hangups();
    leave();
    for (std::size_t i = 0; i < settings_.rooms; ++i) {
      bool ended = false;
      server_->end_room(RoomNumber(i), [&] { ended = true; });
      turn_until([&] { return ended; }, "the end of a room");
    }
    leave();
    return std::move(result_);
  }

private:
  void leave() {
    link_.end_sessions();
    for (const auto end = monotonic_now() + kPatienceAtEnd; link_.sessions() > 0 && monotonic_now() < end;) {
      turn();
    }
  }

  void turn() {
    constexpr int kMilliseconds = 2;
    (void)poll(watched_.data(), watched_.size(), kMilliseconds);
    link_.turn();
    viewers_.turn();
  }

  void turn_until(const std::function<bool()>& done, const char* what, core::Duration patience = kPatience) {
    const auto end = monotonic_now() + patience;
    while (!done()) {
      if (monotonic_now() > end) {
        throw std::runtime_error(std::string("Waited in vain for ") + what);
      }
      turn();
    }
  }

  void pass(core::Duration time) {
    const auto end = monotonic_now() + time;
    while (monotonic_now() < end) {
      turn();
    }
  }

  [[nodiscard]] OwnSide own_side(const direct::SocketAddress& address) const {
    return {side_, random_credentials(), context_->fingerprint(), address};
  }

  void publish() {
    for (std::size_t i = 0; i < settings_.rooms; ++i) {
      const RoomNumber room(i);
      bool created = false;
      server_->create_room(room, settings_.viewers, [&] { created = true; });
      turn_until([&] { return created; }, "a room");
      const auto own = own_side(publishers_.address());
      bool answered = false;
      server_->publish(room, make_publisher_offer(own, Publishers::source_of(room)),
                       [&](std::string_view sdp) {
                         publishers_.add(own.credentials, read_server_side(sdp));
                         answered = true;
                       });
      turn_until([&] { return answered; }, "the answer to a publisher");
    }
    publishers_.start(settings_.arrival);
    turn_until([&] { return publishers_.all_connected(); }, "the publishers' connections");
    pass(500ms);
  }

  void begin_join(ViewerNumber viewer) {
    const RoomNumber room(viewer.value() % settings_.rooms);
    server_->view(room, viewer, [this, room, viewer](std::string_view offer) {
      const auto own = own_side(viewers_.address_of(viewer));
      auto server = read_server_side(offer);
      // As the answer says: who checks begins the handshake.
      server.role = side_ == IceSide::checking ? direct::DtlsRole::client : direct::DtlsRole::server;
      viewers_.add(viewer, room, own.credentials, server);
      return make_viewer_answer(offer, own);
    });
  }

  void join() {
    struct Joining {
      ViewerNumber viewer;
      core::Instant began;
    };
    std::vector<Joining> joining;
    std::size_t next = 0;
    const auto began = monotonic_now();
    turn_until(
        [&] {
          const auto now = monotonic_now();
          std::erase_if(joining, [&](const Joining& one) {
            if (!viewers_.is_connected(one.viewer)) {
              return false;
            }
            result_.join_microseconds.push_back(static_cast<std::uint32_t>((now - one.began).count()));
            return true;
          });
          for (; joining.size() < kJoiningAtOnce && next < settings_.viewers; ++next) {
            joining.push_back({ViewerNumber(next), now});
            begin_join(ViewerNumber(next));
          }
          return joining.empty();
        },
        "viewers' connections",
        kPatience + kPatienceForEachViewer * static_cast<core::Duration::rep>(settings_.viewers));
    result_.join_seconds = std::chrono::duration<double>(monotonic_now() - began).count();
    std::size_t watching = 0;
    turn_until(
        [&] {
          while (watching < settings_.viewers && viewers_.has_picture(ViewerNumber(watching))) {
            ++watching;
          }
          return watching == settings_.viewers;
        },
        "viewers' pictures");
  }

  void watch() {
    for (std::size_t i = 0; i < settings_.rooms; ++i) {
      viewers_.open_window(RoomNumber(i), publishers_.window_from_now(RoomNumber(i), settings_.window));
    }
    const auto began = monotonic_now();
    const auto server = process_.cpu_time();
    const auto client = own_cpu_time();
    const auto machine = machine_cpu_time();
    const auto arrived = viewers_.arrived();
    pass(settings_.window);
    result_.arrived = viewers_.arrived() - arrived;
    result_.server_cpu = process_.cpu_time() - server;
    result_.client_cpu = own_cpu_time() - client;
    result_.machine_cpu = machine_cpu_time() - machine;
    result_.window_seconds = std::chrono::duration<double>(monotonic_now() - began).count();
  }

  const MeasurementSettings& settings_;
  const IceSide side_;
  const std::shared_ptr<const direct::DtlsContext> context_;
  JanusLink link_;
  const std::unique_ptr<RoomServer> server_;
  const ServerProcess process_;
  Publishers publishers_;
  Viewers viewers_;
  std::vector<pollfd> watched_;
  Measurement result_;
};

}  // namespace

Measurement measure(const MeasurementSettings& settings) {
  return Run(settings).measure();
}

}  // namespace baton::bench

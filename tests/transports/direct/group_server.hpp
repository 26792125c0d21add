// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "tests/transports/direct/client/client_crowd.hpp"
#include "tests/transports/direct/dtls_pair.hpp"
#include "tests/transports/direct/loopback.hpp"
#include "tests/transports/direct/packets.hpp"
#include "transports/direct/worker_group.hpp"

namespace baton::transport::direct::test {

/// Echoes what its worker's peers send, and sees to it that one thread only ever calls it.
class EchoOfWorker final : public EndpointListener {
public:
  void on_connected(PeerId peer, SrtpProfile /*profile*/, core::Instant /*now*/) override {
    look_at_thread();
    last_connected = peer.value();
    ++connected;
  }
  void on_gone(PeerId /*peer*/, GoneReason /*reason*/, core::Instant /*now*/) override {
    look_at_thread();
    ++gone;
  }
  void on_rtp(PeerId peer, media::ByteSpan packet, core::Instant now) override {
    look_at_thread();
    ++heard;
    // Nothing was sent yet that could have been refused, when the endpoint is not known.
    if (endpoint != nullptr) {
      (void)endpoint->send_rtp(peer, packet, now);
    }
  }
  void on_rtcp(PeerId /*peer*/, media::ByteSpan /*packet*/, core::Instant /*now*/) override {}
  void on_unsent(const Unsent& unsent, core::Instant /*now*/) override { not_sent += unsent.count; }

  Endpoint* endpoint = nullptr;  // Only the worker's thread.
  std::atomic<std::size_t> connected{0};
  std::atomic<std::size_t> gone{0};
  std::atomic<std::size_t> heard{0};
  std::atomic<std::size_t> not_sent{0};
  std::atomic<std::size_t> on_another_thread{0};
  std::atomic<std::uint64_t> last_connected{0};

private:
  void look_at_thread() {
    if (thread_ == std::thread::id()) {
      thread_ = std::this_thread::get_id();
    }
    on_another_thread += thread_ == std::this_thread::get_id() ? 0 : 1;
  }
  std::thread::id thread_;
};

/// A group of workers that echo.
class GroupServer {
public:
  static constexpr std::chrono::milliseconds kStatisticsInterval{5};

  explicit GroupServer(std::size_t workers, WorkerGroupSettings settings = {}, const char* ip = "127.0.0.1") {
    settings.worker.statistics_interval = kStatisticsInterval;
    std::vector<EndpointListener*> listeners;
    for (std::size_t i = 0; i < workers; ++i) {
      echoes.push_back(std::make_unique<EchoOfWorker>());
      listeners.push_back(echoes.back().get());
    }
    auto opened = WorkerGroup::open({.address = *SocketAddress::parse(ip, Port{0})}, context, listeners,
                                    &real_now, settings);
    if (!opened) {
      throw std::runtime_error(to_string(opened.error()));
    }
    group = std::move(*opened);
    for (std::size_t i = 0; i < workers; ++i) {
      ask(index(i), [this, i](Endpoint& endpoint, core::Instant) {
        echoes[i]->endpoint = &endpoint;
        return 0;
      });
    }
  }

  static WorkerIndex index(std::size_t worker) { return WorkerIndex{static_cast<std::uint8_t>(worker)}; }

  /// Runs this on the worker and waits for what it returns.
  template <class Question>
  std::invoke_result_t<Question, Endpoint&, core::Instant> ask(WorkerIndex worker, Question question) {
    using Answer = std::invoke_result_t<Question, Endpoint&, core::Instant>;
    const auto promise = std::make_shared<std::promise<Answer>>();
    const auto posted = group->post_to(worker, [promise, &question](Endpoint& endpoint, core::Instant now) {
      promise->set_value(question(endpoint, now));
    });
    if (posted != PostResult::accepted) {
      throw std::runtime_error("The worker takes no tasks.");
    }
    return promise->get_future().get();
  }

  /// Waits until all workers have done what was posted to them so far, and told of it.
  void settle() {
    for (std::size_t i = 0; i < group->workers(); ++i) {
      ask(index(i), [](Endpoint&, core::Instant) { return 0; });
    }
  }

  AddPeerResult add(std::uint32_t number, const IceCredentials& credentials, const Fingerprint& fingerprint) {
    std::promise<AddPeerResult> result;
    const auto accepted = group->add(
        PeerId{number}, {credentials, DtlsRole::server, fingerprint},
        [&result](AddPeerResult what, WorkerIndex, Endpoint&, core::Instant) { result.set_value(what); });
    if (accepted != GroupResult::accepted) {
      throw std::runtime_error(to_string(accepted));
    }
    return result.get_future().get();
  }

  DirectClientSettings expect_peer(std::uint32_t number) {
    const auto result = add(number, make_credentials(number), browser->fingerprint());
    if (result != AddPeerResult::added) {
      throw std::runtime_error(to_string(result));
    }
    return {make_credentials(number), context->fingerprint(), DtlsRole::client,
            std::chrono::milliseconds(50)};
  }

  /// Where clients on this host find the group.
  [[nodiscard]] SocketAddress reachable_at(const char* ip) const {
    return *SocketAddress::parse(ip, group->local_address().port());
  }

  /// With all that was posted, and that workers had taken, before this was called.
  [[nodiscard]] WorkerStatistics statistics() {
    settle();
    // The turn that begins when the interval is over puts them up, if none did since; the next one comes
    // after it.
    std::this_thread::sleep_for(kStatisticsInterval);
    settle();
    settle();
    return group->statistics();
  }

  template <class Count>
  [[nodiscard]] std::size_t total(Count EchoOfWorker::*count) const {
    std::size_t sum = 0;
    for (const auto& echo : echoes) {
      sum += (*echo).*count;
    }
    return sum;
  }

  std::shared_ptr<const DtlsContext> context = make_context();
  std::shared_ptr<const DtlsContext> browser = make_context();
  std::vector<std::unique_ptr<EchoOfWorker>> echoes;
  std::unique_ptr<WorkerGroup> group;
};

inline bool all_connected(ClientCrowd& crowd) {
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    if (!crowd.at(i).connected()) {
      return false;
    }
  }
  return true;
}

}  // namespace baton::transport::direct::test

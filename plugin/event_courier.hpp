// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

#include "framework/handle.hpp"
#include "framework/json.hpp"

namespace baton::plugin {

/// Something to tell one client.
struct OutgoingEvent {
  std::string transaction;  ///< empty for an event that answers no request
  framework::SharedJson body;
  std::optional<framework::Jsep> jsep;
};

/// Delivers events, and what must keep its place among them, off the control thread, since one with a JSEP
/// may sleep for seconds inside the gateway. Events of one handle go out in the order they were given; those
/// of other handles do not wait for it unless all threads are taken.
class EventCourier {
public:
  /// Events that may wait for one handle. A client that lets more pile up cannot follow the room any more.
  static constexpr std::size_t kMaxWaiting = 1024;

  /// Called on a courier thread with a handle whose queue ran over, once; what is sent to it is dropped from
  /// then on until it is forgotten, so that no client sees a later event after a gap.
  using OnOverflow = std::function<void(const framework::Handle&)>;

  /// Called on a courier thread when the gateway refused the JSEP of an event, before the event goes out
  /// without it.
  using OnJsepRefused = std::function<void(const framework::Handle&, const framework::Jsep&)>;

  EventCourier(std::size_t threads, OnOverflow on_overflow, OnJsepRefused on_jsep_refused);
  /// Ends the threads; what waits is dropped.
  ~EventCourier();
  EventCourier(const EventCourier&) = delete;
  EventCourier& operator=(const EventCourier&) = delete;

  /// Any thread; does not block.
  void send(const framework::Handle& handle, OutgoingEvent event);
  /// Closes this PeerConnection of the handle after the events that wait: if they offer it, it exists then.
  /// Any thread; does not block.
  void close_peer_connection(const framework::Handle& handle, framework::PeerConnectionNumber which);
  /// The handle is gone: what is kept about it ends. Any thread; does not block.
  void forget(framework::HandleId handle);

private:
  struct ClosePeerConnection {
    framework::PeerConnectionNumber which;
  };
  using Delivery = std::variant<OutgoingEvent, ClosePeerConnection>;

  struct Strand {
    explicit Strand(framework::Handle its_handle) : handle(std::move(its_handle)) {}
    framework::Handle handle;
    std::deque<Delivery> waiting;
    enum class State : std::uint8_t {
      open,
      overflowed,  ///< takes nothing more; a courier thread is yet to tell
      closed,      ///< takes nothing more, and was told
    } state = State::open;
  };

  void enqueue(const framework::Handle& handle, Delivery delivery);
  void run();
  void deliver(const framework::Handle& handle, const OutgoingEvent& event) const;
  void deliver(const framework::Handle& handle, const ClosePeerConnection& close) const;

  const OnOverflow on_overflow_;
  const OnJsepRefused on_jsep_refused_;

  std::mutex mutex_;
  std::condition_variable work_;
  // Guarded by mutex_. A strand exists while it has something to deliver; one that ran over, until it is
  // forgotten.
  std::unordered_map<framework::HandleId, std::shared_ptr<Strand>> strands_;
  std::deque<std::shared_ptr<Strand>> ready_;
  bool stopping_ = false;

  std::vector<std::thread> threads_;
};

}  // namespace baton::plugin

// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/event_courier.hpp"

#include <utility>

namespace baton::plugin {

EventCourier::EventCourier(std::size_t threads, OnOverflow on_overflow, OnJsepRefused on_jsep_refused)
    : on_overflow_(std::move(on_overflow)), on_jsep_refused_(std::move(on_jsep_refused)) {
  threads_.reserve(threads);
  for (std::size_t i = 0; i < threads; ++i) {
    threads_.emplace_back([this] { run(); });
  }
}

EventCourier::~EventCourier() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) {
    thread.join();
  }
}

void EventCourier::send(const framework::Handle& handle, OutgoingEvent event) {
  enqueue(handle, std::move(event));
}

void EventCourier::close_peer_connection(const framework::Handle& handle,
                                         framework::PeerConnectionNumber which) {
  enqueue(handle, ClosePeerConnection{which});
}

void EventCourier::forget(framework::HandleId handle) {
  const std::lock_guard lock(mutex_);
  const auto found = strands_.find(handle);
  // One that is open ends by itself, with what waits for it.
  if (found != strands_.end() && found->second->state != Strand::State::open) {
    strands_.erase(found);
  }
}

void EventCourier::enqueue(const framework::Handle& handle, Delivery delivery) {
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) {
      return;
    }
    auto& strand = strands_[handle.id()];
    const bool is_new = strand == nullptr;
    if (is_new) {
      strand = std::make_shared<Strand>(handle);
    }
    if (strand->state != Strand::State::open) {
      return;
    }
    if (strand->waiting.size() >= kMaxWaiting) {
      strand->state = Strand::State::overflowed;
      return;
    }
    strand->waiting.push_back(std::move(delivery));
    if (!is_new) {
      return;
    }
    ready_.push_back(strand);
  }
  work_.notify_one();
}

void EventCourier::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (stopping_) {
      return;
    }
    const std::shared_ptr<Strand> strand = std::move(ready_.front());
    ready_.pop_front();
    const Delivery delivery = std::move(strand->waiting.front());
    strand->waiting.pop_front();

    lock.unlock();
    std::visit([&](const auto& one) { deliver(strand->handle, one); }, delivery);
    lock.lock();

    if (strand->state == Strand::State::overflowed) {
      strand->state = Strand::State::closed;
      strand->waiting.clear();
      lock.unlock();
      on_overflow_(strand->handle);
      lock.lock();
    } else if (strand->waiting.empty()) {
      strands_.erase(strand->handle.id());
    } else {
      // To the end of the line, so that one busy handle does not hold a thread for itself.
      ready_.push_back(strand);
      work_.notify_one();
    }
  }
}

void EventCourier::deliver(const framework::Handle& handle, const OutgoingEvent& event) const {
  // A handle that is gone needs no events; the control thread learns of it by itself.
  if (!event.jsep) {
    handle.push_event(event.transaction, event.body);
    return;
  }
  const framework::SendResult result = handle.push_event(event.transaction, event.body, *event.jsep);
  if (result != framework::SendResult::refused) {
    return;
  }
  // Janus sends nothing at all then, and the answer holds what the client must know, such as its session.
  on_jsep_refused_(handle, *event.jsep);
  framework::Json body = event.body.copy();
  body.set("jsep_refused", true);
  handle.push_event(event.transaction, std::move(body));
}

void EventCourier::deliver(const framework::Handle& handle, const ClosePeerConnection& close) const {
  // Refused if it is down already: then there is nothing to close.
  handle.close_pc(close.which);
}

}  // namespace baton::plugin

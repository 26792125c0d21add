// SPDX-License-Identifier: GPL-3.0-or-later
#include "transports/direct/worker_routes.hpp"

#include <cstring>

namespace baton::transport::direct {
namespace {

static_assert(sizeof(RouteTable::Key) == kMaxSharedFragment);

// No fragment contains a zero byte, so none is another's beginning.
std::optional<RouteTable::Key> key_of(std::string_view fragment) {
  RouteTable::Key key{};
  if (fragment.size() > sizeof(key)) {
    return std::nullopt;
  }
  std::memcpy(key.data(), fragment.data(), fragment.size());
  return key;
}

}  // namespace

bool WorkerRoutes::claim_fragment(std::string_view fragment) {
  if (reserve_fragment(fragment) != Reservation::refused) {
    return true;
  }
  const auto key = key_of(fragment);
  return key && shared_->fragments.find(*key) == self_;
}

WorkerRoutes::Reservation WorkerRoutes::reserve_fragment(std::string_view fragment) {
  if (shared_ == nullptr) {
    return Reservation::not_needed;
  }
  const auto key = key_of(fragment);
  return key && shared_->fragments.insert(*key, self_) == RouteTable::Insertion::inserted
             ? Reservation::made
             : Reservation::refused;
}

void WorkerRoutes::release_fragment(std::string_view fragment) {
  if (const auto key = key_of(fragment); key && shared_ != nullptr) {
    shared_->fragments.erase(*key, self_);
  }
}

WorkerRoutes::AddressClaim WorkerRoutes::claim_address(const SocketAddress& address) {
  // Nearly every check proves what is known already, and this look takes no lock.
  if (shared_ == nullptr || shared_->addresses.find(address.words()) == self_) {
    return {};
  }
  const auto assignment = shared_->addresses.assign(address.words(), self_);
  return {assignment.insertion == RouteTable::Insertion::full ? Sharing::table_full : Sharing::shared,
          assignment.before};
}

void WorkerRoutes::release_address(const SocketAddress& address) {
  if (shared_ != nullptr) {
    shared_->addresses.erase(address.words(), self_);
  }
}

std::optional<WorkerIndex> WorkerRoutes::other_worker_of_fragment(std::string_view fragment) const {
  const auto key = key_of(fragment);
  return key && shared_ != nullptr ? other(shared_->fragments.find(*key)) : std::nullopt;
}

std::optional<WorkerIndex> WorkerRoutes::other_worker_of_address(const SocketAddress& address) const {
  return shared_ != nullptr ? other(shared_->addresses.find(address.words())) : std::nullopt;
}

}  // namespace baton::transport::direct

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/gateway.hpp"

#include <algorithm>
#include <ostream>

#include "tests/core/same_secret.hpp"
#include "tests/sim/describe.hpp"
#include "tests/sim/fragile_activity.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

/// Lines of the report of a failure, for one room.
constexpr std::size_t kJournalLines = 120;
/// No tick needs more turns than this for a handful of rooms; more means that a deadline does not move.
constexpr int kTurnsPerTick = 100'000;

}  // namespace

Gateway::Gateway(std::size_t max_rooms, Journal journal, Checking checking)
    : directory_(max_rooms, simulated_activities(), &core::test::same_secret),
      checker_(directory_, {[this](const RoomId& id, FeedId feed) {
                              return true_arrival({id, feed});
                            },
                            [this](ConnectionId connection) { return last_packet(connection); }}),
      journal_(journal),
      checking_(checking) {}

std::optional<ErrorCode> Gateway::create(const RoomId& id, const RoomSettings& settings) {
  const bool exists = directory_.find(id) != nullptr;
  const std::size_t rooms = directory_.rooms().size();
  const auto error = directory_.create(id, settings, clock);
  if (exists && error != ErrorCode::room_exists) {
    broken(Rule::refusals, "a room was created twice");
  }
  if (error && directory_.rooms().size() != rooms) {
    broken(Rule::refusals, "a refused creation changed something");
  }
  if (!error && checking_ == Checking::on) {
    checker_.created(id, settings, clock);
    keep(id, "--- created");
  }
  return error;
}

Effects Gateway::handle(const RoomId& id, const Command& command, const Origin& origin) {
  ++calls_;
  if (directory_.find(id) == nullptr) {
    return directory_.handle(id, command, clock).effects;
  }
  before(id, &command, origin);
  if (journal_ == Journal::on) {
    touched_ = id;
    keep(id, std::to_string(clock.time_since_epoch().count() / 1000) + "ms " + describe(command));
  }
  return finish(id, directory_.handle(id, command, clock).effects, &command);
}

Effects Gateway::report(ConnectionId connection, ConnectionFact fact) {
  ++calls_;
  if (!std::holds_alternative<ConnectionActivity>(fact)) {
    carrying_.erase(connection);
    closing_.erase(connection);
  }
  const ConnectionReport report{connection, fact};
  const RoomId* known = directory_.room_of(connection);
  const RoomId* expected = checker_.room_of(connection);
  const bool differs =
      (known == nullptr) != (expected == nullptr) || (known != nullptr && *known != *expected);
  if (checking_ == Checking::on && differs) {
    broken(Rule::connections, "the directory looks for a connection in another room than it is in");
  }
  if (known == nullptr) {
    if (directory_.handle(report, clock)) {
      broken(Rule::connections, "a report about a connection in no room had effects");
    }
    return {};
  }
  const RoomId id = *known;
  const Command command(report);
  before(id, &command, {});
  if (journal_ == Journal::on) {
    touched_ = id;
    keep(id, std::to_string(clock.time_since_epoch().count() / 1000) + "ms " + describe(command));
  }
  auto result = directory_.handle(report, clock);
  if (!result || result->room != id) {
    broken(Rule::connections, "a report went to another room");
  }
  if (std::holds_alternative<ConnectionLost>(fact) && directory_.room_of(connection) != nullptr) {
    broken(Rule::connections, "a lost connection is still known");
  }
  if (!std::holds_alternative<ConnectionActivity>(fact)) {
    pulses_.erase(connection);
  }
  return finish(id, std::move(result->effects), &command);
}

void Gateway::before(const RoomId& id, const Command* command, const Origin& origin) {
  if (checking_ == Checking::on) {
    checker_.before(id, command, clock, origin);
  }
}

Effects Gateway::finish(const RoomId& id, Effects effects, const Command* command) {
  if (journal_ == Journal::on) {
    for (const Effect& effect : effects) {
      keep(id, "    " + describe(effect));
    }
  }
  if (checking_ == Checking::on) {
    checker_.after(effects);
  }
  for (const Effect& effect : effects) {
    if (const auto* reply = std::get_if<Reply>(&effect)) {
      if (const auto* published = std::get_if<PublishAccepted>(&reply->body)) {
        const auto& sender = std::get<ParticipantCommand>(*command).sender;
        sources_[{id, published->feed}] = MediaSource{sender.connection, std::nullopt, {}, {}};
        carrying_.insert(sender.connection);
      } else if (std::holds_alternative<SubscribeAccepted>(reply->body)) {
        carrying_.insert(std::get<ParticipantCommand>(*command).sender.connection);
      }
    } else if (const auto* end = std::get_if<EndFeed>(&effect)) {
      packets_stall(sources_.at({id, end->feed}).connection);
      end_media(sources_.at({id, end->feed}).connection);
      sources_.erase({id, end->feed});
    } else if (const auto* release = std::get_if<ReleaseConnection>(&effect)) {
      end_media(release->connection);
    } else if (const auto* watch = std::get_if<WatchFeed>(&effect)) {
      sources_.at({id, watch->feed}).watch = MediaSource::Watch::yes;
    }
  }
  return effects;
}

void Gateway::end_media(ConnectionId connection) {
  if (carrying_.erase(connection) > 0) {
    closing_.insert(connection);
  }
}

PeerConnection Gateway::peer_connection(ConnectionId connection) const {
  return closing_.contains(connection) ? PeerConnection::closing : PeerConnection::usable;
}

void Gateway::tick(const std::function<void(const Effects&)>& route) {
  int turns = 0;
  for (auto next = directory_.next_deadline(); next && next->deadline.at <= clock;
       next = directory_.next_deadline()) {
    if (++turns > kTurnsPerTick) {
      broken(Rule::deadlines, "a deadline does not move");
    }
    const RoomId id = next->room;
    report_arrivals(id, route);
    if (directory_.find(id) == nullptr) {
      continue;
    }
    ++calls_;
    before(id, nullptr, {});
    if (journal_ == Journal::on) {
      touched_ = id;
      keep(id, std::to_string(clock.time_since_epoch().count() / 1000) + "ms time passed");
    }
    route(finish(id, directory_.advance(id, clock), nullptr));
  }
  if (checking_ == Checking::on) {
    checker_.after_tick(clock);
  }
}

void Gateway::packets_flow(ConnectionId connection) {
  pulses_[connection] = {clock, true};
}

void Gateway::packets_stall(ConnectionId connection) {
  if (const auto found = pulses_.find(connection); found != pulses_.end()) {
    found->second = {last_packet(connection), false};
  }
}

std::optional<Instant> Gateway::last_packet(ConnectionId connection) const {
  const auto found = pulses_.find(connection);
  if (found == pulses_.end()) {
    return std::nullopt;
  }
  const Pulse& pulse = found->second;
  return pulse.flowing ? std::max(pulse.last_arrival.value_or(clock), clock) : pulse.last_arrival;
}

void Gateway::report_arrivals(const RoomId& id, const std::function<void(const Effects&)>& route) {
  for (const ConnectionId connection : directory_.find(id)->connections_due(clock)) {
    if (const auto arrival = last_packet(connection)) {
      route(report(connection, ConnectionActivity{*arrival}));
    }
  }
  const auto on_air = directory_.find(id)->snapshot().program_feed;
  if (!on_air) {
    return;
  }
  const auto found = sources_.find({id, *on_air});
  if (found == sources_.end()) {
    return;
  }
  MediaSource& source = found->second;
  if (source.flow == MediaSource::Flow::flowing) {
    source.last_arrival = std::max(source.last_arrival.value_or(clock), clock);
  }
  if (source.last_arrival) {
    route(handle(id, Command(FeedReport(MediaActivity{*on_air, *source.last_arrival})), {}));
  }
}

Effects Gateway::media_flows(const FeedKey& key) {
  MediaSource& source = sources_.at(key);
  const bool news = source.flow == MediaSource::Flow::not_yet;
  packets_flow(source.connection);
  source.flow = MediaSource::Flow::flowing;
  source.last_arrival = std::max(source.last_arrival.value_or(clock), clock);
  if (news) {
    return handle(key.first, Command(FeedReport(MediaActivity{key.second, *source.last_arrival})), {});
  }
  if (source.watch == MediaSource::Watch::yes) {
    source.watch = MediaSource::Watch::no;
    return handle(key.first, Command(FeedReport(MediaResumed{key.second})), {});
  }
  return {};
}

void Gateway::media_stalls(const FeedKey& key) {
  MediaSource& source = sources_.at(key);
  if (source.flow == MediaSource::Flow::flowing) {
    source.last_arrival = std::max(source.last_arrival.value_or(clock), clock);
    source.flow = MediaSource::Flow::stalled;
    packets_stall(source.connection);
  }
}

std::optional<Instant> Gateway::true_arrival(const FeedKey& key) const {
  const auto found = sources_.find(key);
  if (found == sources_.end()) {
    return std::nullopt;
  }
  const MediaSource& source = found->second;
  if (source.flow == MediaSource::Flow::flowing) {
    return std::max(source.last_arrival.value_or(clock), clock);
  }
  return source.last_arrival;
}

void Gateway::keep(const RoomId& id, std::string line) {
  if (journal_ == Journal::off) {
    return;
  }
  auto& lines = lines_[id];
  lines.push_back(std::move(line));
  if (lines.size() > kJournalLines) {
    lines.pop_front();
  }
}

void Gateway::print_journal(std::ostream& out) const {
  const auto found = lines_.find(touched_);
  if (found == lines_.end()) {
    return;
  }
  out << "The last commands and effects of room " << touched_.value() << ":\n";
  for (const std::string& line : found->second) {
    out << line << '\n';
  }
}

}  // namespace baton::sim

// SPDX-License-Identifier: GPL-3.0-or-later
// What the host is told of who is there and who is ready.
#include "tests/sim/checker.hpp"
#include "tests/sim/picture.hpp"
#include "tests/sim/violation.hpp"

namespace baton::sim {

using namespace core;

namespace {

AudienceLevel level_of(const RoomModel& model) {
  const RoomSettings& settings = model.picture.settings;
  const std::size_t viewers = model.count(Role::viewer);
  if (viewers >= settings.max_viewers) {
    return AudienceLevel::full;
  }
  const bool p2p = settings.mode == RoomMode::p2p;
  const std::size_t suggest = settings.suggest_sfu_viewers.value_or(15);
  if (p2p && suggest != 0 && viewers >= suggest) {
    return AudienceLevel::suggest_sfu;
  }
  const std::size_t four_fifths = std::max<std::size_t>(1, settings.max_viewers * 4 / 5);
  const std::size_t warn = settings.warn_viewers.value_or(p2p ? 10 : four_fifths);
  return warn != 0 && viewers >= warn ? AudienceLevel::warn : AudienceLevel::normal;
}

}  // namespace

void Checker::check_audience() {
  require(!step_.told_audience || model_->is_host(step_.audience_told_to), Rule::host_audience,
          "the audience is told to one who is not host");
  const ModelPerson* host = model_->host();
  if (host == nullptr || !host->session.signalling) {
    return;
  }
  RoomModel::HostKnowledge& known = model_->knowledge;
  if (known.session != host->session.claim.version || known.lease != model_->lease) {
    known = {host->session.claim.version, model_->lease};
  }
  std::size_t others = 0;
  for (const auto& [user, person] : model_->people) {
    others += !person.offline && &person != host ? 1U : 0U;
  }
  const AudienceLevel level = level_of(*model_);
  if (const auto& told = step_.told_audience) {
    require(told->present == others && told->viewers == model_->count(Role::viewer) && told->level == level,
            Rule::host_audience, "the host is told of another audience than it has");
    require((told->present > 0) != known.anybody || told->level != known.level, Rule::host_audience,
            "the host is told what it knows");
    known.anybody = told->present > 0;
    known.level = told->level;
  }
  require(known.anybody == (others > 0), Rule::host_audience,
          "the host was not told that nobody, or somebody, is there");
  require(known.level == level, Rule::host_audience, "the host was not told how near the room is to full");
}

void Checker::check_readiness() {
  if (!model_->awaited) {
    return;
  }
  // One that left may hold the lease until another accepts it.
  if (!model_->is_host(model_->awaited->host) || model_->find(model_->awaited->host) == nullptr) {
    model_->awaited.reset();
    return;
  }
  const bool over = step_.lets_time_pass() && model_->awaited->deadline <= model_->now;
  if (!over && !model_->not_ready().empty()) {
    return;
  }
  // A host that is cut off is told when it is back, if its time is not over by then.
  const bool came_too_late = over && step_.joins(model_->awaited->host);
  require(came_too_late || !model_->find(model_->awaited->host)->session.signalling, Rule::readiness,
          "a host waits for what is known");
  if (over) {
    model_->awaited.reset();
  }
}

}  // namespace baton::sim

// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/sim/good_client.hpp"

#include <algorithm>
#include <memory>

#include "tests/sim/picture.hpp"

namespace baton::sim {

using namespace core;
using namespace std::chrono_literals;

namespace {

/// How often the client looks at its clock.
constexpr Duration kTick = 50ms;
/// What is not answered by then is asked again.
constexpr Duration kAnswerWithin = 130ms;
/// While something goes on in the room the client asks this often whether it has missed anything; a heartbeat
/// is short, and its answer says so.
constexpr Duration kBeatWhileBusy = 200ms;
constexpr Duration kBusyAfterNews = 1min;

}  // namespace

GoodClient::GoodClient(Exchange& exchange, UserId user, Role wanted)
    : exchange_(exchange), user_(std::move(user)), wanted_(wanted), last_news_(exchange.now()) {
  exchange_.after(kTick, [this] { tick(); });
}

void GoodClient::tick() {
  exchange_.after(kTick, [this] { tick(); });
  const Instant now = exchange_.now();
  repeat(now);
  if (claim_ && now >= next_beat_ && !is_pending<Heartbeat>()) {
    send(Heartbeat{});
  }
}

void GoodClient::repeat(Instant now) {
  for (auto& [tag, pending] : pending_) {
    if (now - pending.sent < kAnswerWithin) {
      continue;
    }
    if (std::holds_alternative<Join>(pending.request)) {
      // On the same connection it could only be told that it has joined already.
      join();
      return;
    }
    pending.sent = now;
    if (!std::holds_alternative<SendChat>(pending.request)) {
      transmit(tag, pending.request);
    }
  }
}

std::uint64_t GoodClient::send(Request request, std::optional<SignalNumber> number) {
  const std::uint64_t tag = ++last_tag_;
  const auto& kept =
      pending_.emplace(tag, Pending{std::move(request), exchange_.now(), number}).first->second;
  transmit(tag, kept.request);
  return tag;
}

void GoodClient::transmit(std::uint64_t tag, const Request& request) {
  if (link_) {
    const auto received = claim_ ? std::optional(signals_.received()) : std::nullopt;
    exchange_.send(*link_, {tag, claim_, received, request});
  }
}

void GoodClient::connect() {
  link_ = exchange_.connect([this](ConnectionId from, const ToClient& message) { receive(from, message); });
}

void GoodClient::join() {
  drop();
  connect();
  send_join();
}

void GoodClient::join_slowly(Duration delay) {
  drop();
  connect();
  exchange_.hold_up(*link_, delay);
  send_join();
}

void GoodClient::send_join() {
  Join join;
  join.user = user_;
  join.display_name = user_.value();
  join.role = wanted_;
  ++attempt_;
  if (token_) {
    join.resumption = Resumption{*token_, JoinAttempt(attempt_)};
    if (signals_.may_go_on()) {
      join.continues_after = signals_.received();
    }
  }
  send(std::move(join));
}

void GoodClient::drop() {
  if (link_) {
    exchange_.cut(*link_);
    link_.reset();
  }
  forget_session();
}

void GoodClient::forget_session() {
  claim_.reset();
  pending_.clear();
}

void GoodClient::begin_line() {
  for (const auto& [number, text] : texts_) {
    not_delivered_.insert(text);
  }
  texts_.clear();
  signals_.restart();
}

void GoodClient::reload() {
  drop();
  begin_line();
  handlers_exist_ = false;
  picture_.reset();
}

void GoodClient::stop() {
  if (!link_) {
    connect();
  }
  forget_session();
  if (token_) {
    ++attempt_;
    send(LeaveByToken{user_, Resumption{*std::exchange(token_, std::nullopt), JoinAttempt(attempt_)}});
  }
}

void GoodClient::stop_on_another_link() {
  // The old one is left as it is: what is on its way there arrives.
  link_.reset();
  stop();
}

void GoodClient::get_ready() {
  handlers_exist_ = true;
  if (claim_) {
    send(Ready{});
  }
}

void GoodClient::signal(const UserId& to, SignalKind kind, std::string text) {
  const auto signal = signals_.prepare(to, kind, std::make_shared<const std::string>(std::move(text)));
  texts_.emplace(signal.number, *signal.payload);
  send_next_signal();
}

void GoodClient::send_next_signal() {
  if (claim_ && !signals_.unanswered().empty() && !is_pending<SendSignal>()) {
    const SignalClient::Outgoing& next = signals_.unanswered().front();
    send(SendSignal{next.to, next.number, next.kind, next.payload}, next.number);
  }
}

void GoodClient::act(const std::string& command, Value arguments) {
  if (picture_ && picture_->activity) {
    ask(UseActivity{picture_->activity->version, {command, std::move(arguments)}});
  }
}

void GoodClient::ask(Request request) {
  if (claim_) {
    send(std::move(request));
  }
}

bool GoodClient::idle() const {
  return pending_.empty() && signals_.unanswered().empty();
}

void GoodClient::receive(ConnectionId connection, const ToClient& message) {
  if (link_ != connection) {
    return;
  }
  if (const auto* answer = std::get_if<ClientAnswer>(&message)) {
    receive_answer(*answer);
  } else {
    receive_event(*std::get<std::shared_ptr<const Notify>>(message));
  }
}

void GoodClient::receive_event(const Notify& notify) {
  if (!claim_ || !picture_) {
    return;
  }
  if (std::holds_alternative<Released>(notify.event)) {
    forget_session();
    return;
  }
  last_news_ = exchange_.now();
  next_beat_ = std::min(next_beat_, exchange_.now() + kBeatWhileBusy);
  if (const auto* delivered = std::get_if<SignalDelivered>(&notify.event)) {
    receive_signal(*delivered);
  } else if (const auto* readiness = std::get_if<ReadinessKnown>(&notify.event)) {
    readiness_ = *readiness;
  }
  const RoomVersion expected = is_personal(notify.event) ? picture_->version : picture_->version.next();
  if (notify.version > expected) {
    synchronize();
    return;
  }
  const auto* activity = std::get_if<ActivityChanged>(&notify.event);
  if (activity != nullptr && notify.version == expected) {
    own_ = activity->news == nullptr ? std::nullopt : activity->own ? activity->own : own_;
  }
  apply_event(*picture_, notify.version, notify.event);
  answer_question();
}

void GoodClient::receive_signal(const SignalDelivered& delivered) {
  switch (signals_.receive(delivered)) {
    case SignalClient::Verdict::repeated:
      return;
    case SignalClient::Verdict::gap:
      say_ready_again();
      return;
    case SignalClient::Verdict::taken:
      break;
  }
  if (const auto* relayed = std::get_if<RelayedSignal>(&delivered.body)) {
    taken_.emplace_back(relayed->from, *relayed->payload);
  } else {
    const auto& failed = std::get<FailedSignals>(delivered.body);
    for (const SignalNumber number : failed.numbers) {
      not_delivered_.insert(texts_.at(number));
    }
    failed_.push_back(failed);
  }
}

void GoodClient::receive_answer(const ClientAnswer& answer) {
  const auto found = pending_.find(answer.tag);
  if (found == pending_.end()) {
    return;
  }
  const Pending pending = std::move(found->second);
  pending_.erase(found);
  if (const auto* body = std::get_if<ReplyBody>(&answer.outcome)) {
    accept(*body, pending, answer.token);
  } else {
    if (answer.activity) {
      // Answers are in order with the events of their connection, so this is the latest word.
      picture_->activity = answer.activity->view;
      own_ = answer.activity->own;
    }
    refuse(std::get<ErrorCode>(answer.outcome), pending);
  }
}

void GoodClient::accept(const ReplyBody& body, const Pending& pending, const SecretHash& token) {
  const Instant now = exchange_.now();
  if (const auto* joined = std::get_if<JoinAccepted>(&body)) {
    accept_join(*joined, token);
  } else if (const auto* beat = std::get_if<HeartbeatAnswer>(&body)) {
    const bool busy = now - last_news_ < kBusyAfterNews;
    next_beat_ = now + (busy ? kBeatWhileBusy : beat->next_within);
    compare(beat->room_version, beat->signals_sent);
  } else if (const auto* synchronized = std::get_if<Synchronized>(&body)) {
    accept_picture(synchronized->snapshot);
    own_ = synchronized->activity_own;
    compare(picture_->version, synchronized->signals_sent);
  } else if (const auto* ready = std::get_if<ReadyAccepted>(&body)) {
    compare(picture_->version, ready->signals_sent);
  } else if (const auto* activity = std::get_if<ActivityAccepted>(&body)) {
    accept_activity(*activity);
  } else if (pending.number) {
    signals_.answered(*pending.number);
    send_next_signal();
  }
}

void GoodClient::accept_join(const JoinAccepted& joined, const SecretHash& token) {
  claim_ = SessionClaim{joined.session, joined.version};
  token_ = token;
  joined_ = Joined{joined.kind, joined.continuity};
  picture_ = joined.snapshot;
  own_ = joined.activity_own;
  last_news_ = exchange_.now();
  next_beat_ = exchange_.now() + kBeatWhileBusy;
  if (joined.continuity == Continuity::restarted) {
    begin_line();
  } else {
    while (!signals_.unanswered().empty() &&
           signals_.unanswered().front().number <= joined.signals_accepted) {
      signals_.answered(signals_.unanswered().front().number);
    }
  }
  signals_.joined();
  if (handlers_exist_) {
    send(Ready{});
  }
  send_next_signal();
  answer_question();
}

void GoodClient::accept_picture(const RoomSnapshot& snapshot) {
  if (!picture_ || snapshot.version >= picture_->version) {
    picture_ = snapshot;
  }
  answer_question();
}

void GoodClient::accept_activity(const ActivityAccepted& accepted) {
  own_ = accepted.activity ? std::optional(accepted.own) : std::nullopt;
  // Whoever has missed something finds out by the event, which says the same again.
  const bool is_news = accepted.news != nullptr || !accepted.activity;
  if (is_news && can_follow(*picture_, accepted.news)) {
    apply_news(*picture_, accepted.news);
  }
}

void GoodClient::refuse(ErrorCode error, const Pending& pending) {
  last_refusal_ = error;
  if (pending.number) {
    // A number that was refused is free again, but the next is as good: the room minds no gap.
    signals_.answered(*pending.number);
    not_delivered_.insert(texts_.at(*pending.number));
    send_next_signal();
  }
  if (error == ErrorCode::session_stale || error == ErrorCode::session_unknown ||
      error == ErrorCode::not_joined) {
    join();
  } else if (std::holds_alternative<Join>(pending.request)) {
    // Its place is lost, or another has it: only a fresh join can still succeed.
    token_.reset();
  }
}

void GoodClient::compare(RoomVersion version, SignalSequence signals_sent) {
  if (version > picture_->version) {
    synchronize();
  }
  if (handlers_exist_ && signals_sent > signals_.received()) {
    say_ready_again();
  }
}

void GoodClient::synchronize() {
  if (!is_pending<Synchronize>()) {
    send(Synchronize{});
  }
}

void GoodClient::say_ready_again() {
  if (!is_pending<Ready>()) {
    send(Ready{});
  }
}

void GoodClient::answer_question() {
  const auto& promotion = picture_->promotion;
  if (promotion && promotion->candidate == user_ && answered_question_ != promotion->promotion) {
    answered_question_ = promotion->promotion;
    send(AnswerPromotion{promotion->promotion, PromotionAnswer::accept});
  }
}

}  // namespace baton::sim

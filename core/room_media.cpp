// SPDX-License-Identifier: GPL-3.0-or-later
// Who publishes to the program and who subscribes to it, on which of its connections.
#include "core/marks.hpp"
#include "core/room.hpp"

namespace baton::core {

bool Room::take_connection_for(ConnectionUse use, const Sender& sender, Participant& who) {
  if (settings_.mode == RoomMode::p2p) {
    refuse(sender.request, ErrorCode::mode_forbids);
    return false;
  }
  if (sender.peer_connection == PeerConnection::closing) {
    BATON_MARK(media_before_hangup);
    refuse(sender.request, ErrorCode::handle_busy);
    return false;
  }
  if (!table_.attach(who, sender.connection)) {
    refuse(sender.request, ErrorCode::connections_full);
    return false;
  }
  SessionConnection* connection = who.connection(sender.connection);
  if (connection->use != ConnectionUse::signalling_only) {
    // The same use is a subscription: a session that publishes already was refused before.
    refuse(sender.request, connection->use == use ? ErrorCode::already_subscribed : ErrorCode::handle_busy);
    return false;
  }
  connection->use = use;
  return true;
}

void Room::on(const Sender& sender, Participant& who, const Publish& /*publish*/) {
  if (!rights_of(settings_, who.role, who.further_role).has(Right::publish)) {
    BATON_MARK(publish_refused_viewer);
    refuse(sender.request, ErrorCode::not_permitted);
    return;
  }
  if (who.session.publication) {
    refuse(sender.request, ErrorCode::already_publishing);
    return;
  }
  if (!take_connection_for(ConnectionUse::publishing, sender, who)) {
    return;
  }
  BATON_MARK(publish);
  last_feed_ = last_feed_.next();
  who.session.publication = Publication{last_feed_, sender.connection, std::nullopt, false};
  reply(sender.request, PublishAccepted{last_feed_, who.user});
  if (who.muted) {
    effects_.emplace_back(MuteFeed{last_feed_, Muting::muted});
  }
  broadcast(PublishingChanged{who.user, true});
}

void Room::on(const Sender& sender, Participant& who, const Unpublish& /*unpublish*/) {
  const bool publishes_here =
      who.session.publication && who.session.publication->connection == sender.connection;
  // One whose media were lost may say, on any of its handles, that it does not mean to bring them back.
  const bool gives_up = !who.session.publication && who.session.media_lost;
  if (!publishes_here && !gives_up) {
    refuse(sender.request, ErrorCode::not_publishing);
    return;
  }
  BATON_MARK(unpublish);
  reply(sender.request, Done{});
  end_publication(who);
  // Whoever stops on purpose is there, and shows nothing.
  who.session.media_lost = false;
}

void Room::on(const Sender& sender, Participant& who, const Subscribe& /*subscribe*/) {
  if (!take_connection_for(ConnectionUse::subscribed, sender, who)) {
    return;
  }
  BATON_MARK(subscribe);
  reply(sender.request, SubscribeAccepted{who.user});
}

void Room::acknowledge_subscriber(const Sender& sender, Participant& who) {
  if (who.connection(sender.connection)->use != ConnectionUse::subscribed) {
    refuse(sender.request, ErrorCode::not_subscribed);
    return;
  }
  reply(sender.request, Done{});
}

void Room::on(const Sender& sender, Participant& who, const Start& /*start*/) {
  acknowledge_subscriber(sender, who);
}

void Room::on(const Sender& sender, Participant& who, const Configure& configure) {
  if (configure.carried == Configure::Carried::subscription) {
    acknowledge_subscriber(sender, who);
    return;
  }
  if (who.connection(sender.connection)->use != ConnectionUse::publishing) {
    refuse(sender.request, ErrorCode::not_publishing);
    return;
  }
  reply(sender.request, Done{});
}

}  // namespace baton::core

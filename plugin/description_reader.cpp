// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/description_reader.hpp"

#include <utility>

#include "plugin/direct_peers.hpp"

namespace baton::plugin {

using core::ErrorCode;

namespace {

RequestError error_of(ErrorCode code) {
  return {code, {}};
}

/// The client is told the exact reason: it is its developer who must mend it.
RequestError error_of(SdpRefusal refusal) {
  return {error_code(refusal), std::string("The reason is ") + to_string(refusal) + "."};
}

/// Keeps what was read, or says why it could not be.
template <class Value, class Error>
std::optional<RequestError> read_into(std::optional<Value>& place, media::ParseResult<Value, Error> read) {
  if (!read) {
    return error_of(read.error());
  }
  place = std::move(*read);
  return std::nullopt;
}

bool is_restart(const RequestInHand& in_hand) {
  return in_hand.verb == Verb::configure && in_hand.transport == MediaTransport::direct;
}

}  // namespace

bool DescriptionReader::concerns(const RequestInHand& in_hand) {
  return in_hand.verb == Verb::publish || in_hand.verb == Verb::start || is_restart(in_hand);
}

std::optional<RequestError> DescriptionReader::read(RequestInHand& in_hand, const SessionRequest& request,
                                                    media::VideoCodec codec) const {
  if (is_restart(in_hand)) {
    return read_restart(in_hand, request, codec);
  }
  const bool direct = in_hand.transport == MediaTransport::direct;
  if (in_hand.verb == Verb::publish) {
    return direct ? read_into(in_hand.direct_offer, parse_direct_publish_offer(request.sdp, codec))
                  : read_into(in_hand.offer, parse_publish_offer(request.sdp, codec));
  }
  if (direct) {
    return read_direct_answer(in_hand, request.sdp, codec);
  }
  const auto answer = parse_subscribe_answer(request.sdp, codec);
  return answer ? std::nullopt : std::optional(error_of(answer.error()));
}

std::optional<RequestError> DescriptionReader::read_direct_answer(RequestInHand& in_hand,
                                                                  const std::string& sdp,
                                                                  media::VideoCodec codec) const {
  if (!direct_->awaits_answer(in_hand.connection)) {
    return error_of(ErrorCode::not_subscribed);
  }
  auto error = read_into(in_hand.direct_answer, parse_direct_subscribe_answer(sdp, codec));
  if (!error && !direct_->goes_on(in_hand.connection, *in_hand.direct_answer)) {
    error = error_of(ErrorCode::not_a_restart);
  }
  return error;
}

std::optional<RequestError> DescriptionReader::read_restart(RequestInHand& in_hand,
                                                            const SessionRequest& request,
                                                            media::VideoCodec codec) const {
  if (request.restart == WantsRestart::yes) {
    return direct_->is_viewer(in_hand.connection) ? std::nullopt
                                                  : std::optional(error_of(ErrorCode::not_subscribed));
  }
  const DirectPublishOffer* before = direct_->publication(in_hand.connection);
  if (before == nullptr) {
    return error_of(ErrorCode::not_publishing);
  }
  // The association goes on, and with it the roles of its ends.
  auto error =
      read_into(in_hand.direct_offer, parse_direct_publish_offer(request.sdp, codec, before->peer.role));
  if (!error &&
      (!before->same_media(*in_hand.direct_offer) ||
       change_between(before->peer, in_hand.direct_offer->peer) == TransportChange::other_association)) {
    error = error_of(ErrorCode::not_a_restart);
  }
  return error;
}

}  // namespace baton::plugin

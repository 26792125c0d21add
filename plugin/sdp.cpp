// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp.hpp"

#include <optional>

namespace baton::plugin {

namespace {

using core::ErrorCode;

// Without transport-wide feedback a viewer estimates its own bandwidth and says so in REMB. With it, it would
// send feedback many times a second, which the gateway neither evaluates nor lets a plugin evaluate.
constexpr FeedbackSet kFromViewers{Feedback::full_intra_request, Feedback::nack, Feedback::picture_loss,
                                   Feedback::bandwidth_estimate};

template <class T>
media::ParseResult<T, ErrorCode> as_told(media::ParseResult<T, SdpRefusal> result) {
  if (!result) {
    return error_code(result.error());
  }
  return std::move(*result);
}

}  // namespace

media::ParseResult<PublishOffer, ErrorCode> parse_publish_offer(std::string_view sdp,
                                                                media::VideoCodec room_codec) {
  const auto description = parse_description(sdp);
  return description ? as_told(read_publish_offer(*description, room_codec)) : ErrorCode::sdp_invalid;
}

std::string make_publish_answer(const PublishOffer& offer, const SdpOrigin& origin) {
  return print_description(publish_answer(offer, origin));
}

std::string make_subscribe_offer(media::VideoCodec room_codec, const SdpOrigin& origin) {
  const ProgramTerms audio{extensions_for_viewer(std::nullopt, TransportNumber::absent), {}};
  const ProgramTerms video{extensions_for_viewer(room_codec, TransportNumber::absent), kFromViewers};
  return print_description(program_offer(room_codec, origin, audio, video));
}

media::ParseResult<SubscribeAnswer, ErrorCode> parse_subscribe_answer(std::string_view sdp,
                                                                      media::VideoCodec room_codec) {
  const auto description = parse_description(sdp);
  return description ? as_told(read_subscribe_answer(*description, room_codec)) : ErrorCode::sdp_invalid;
}

}  // namespace baton::plugin

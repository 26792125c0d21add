// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_media.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "plugin/sdp_codecs.hpp"

namespace baton::plugin {

namespace {

using framework::MediaIndex;

constexpr std::string_view kAudio = "audio";
constexpr std::string_view kVideo = "video";
/// What browsers call RTP over DTLS-SRTP with feedback (RFC 5764 §8).
constexpr std::string_view kRtpProtocol = "UDP/TLS/RTP/SAVPF";
/// The longest `a=mid` that the gateway accepts.
constexpr std::size_t kMaxMidBytes = 16;
/// The longest encoding name that an answer repeats.
constexpr std::size_t kMaxEncodingBytes = 64;
constexpr std::uint16_t kAnyPort = 9;

/// Port 0 refuses an m-line, unless it only says that it shares a transport (RFC 9143 §6).
bool is_alive(const SdpMediaLine& line) {
  return line.port != 0 || line.attribute("bundle-only").has_value();
}

/// Every form of RTP: the gateway hands over whichever the browser wrote.
bool is_rtp(const SdpMediaLine& line) {
  return line.protocol.find("RTP/") != std::string::npos;
}

bool is_sent(const SdpMediaLine& line) {
  return is_alive(line) && is_rtp(line) && sends(line.direction);
}

/// Mids must differ (RFC 5888 §4).
bool has_sound_mids(const SdpDescription& description) {
  std::set<std::string_view> seen;
  return std::ranges::all_of(description.media, [&](const SdpMediaLine& line) {
    const auto mid = line.attribute("mid");
    return !mid || (is_token(*mid, kMaxMidBytes) && seen.insert(*mid).second);
  });
}

/// The encoding and rate of a format; empty for none and for nonsense.
std::string repeatable_rtpmap(const SdpMediaLine& line, std::string_view format) {
  const auto value = line.attribute_of_format("rtpmap", format);
  const auto map = value ? parse_rtpmap(*value) : std::nullopt;
  if (!map || !is_token(map->encoding, kMaxEncodingBytes)) {
    return {};
  }
  const bool channels = is_token(map->parameters, kMaxEncodingBytes);
  return std::string(map->encoding) + "/" + std::to_string(map->clock_rate) +
         (channels ? "/" + std::string(map->parameters) : std::string());
}

OfferedLine remembered(const SdpMediaLine& line) {
  const std::string& format = line.formats.front();
  return {.media = line.media,
          .protocol = line.protocol,
          .mid = std::string(line.attribute("mid").value_or("")),
          .format = format,
          .rtpmap = repeatable_rtpmap(line, format)};
}

ChosenMedium chosen(const SdpMediaLine& line, MediaIndex index, ChosenFormat format,
                    const ExtensionKinds& wanted, FeedbackSet useful) {
  return {index, format.payload_type, std::move(format.parameters),
          read_extensions(line, wanted, ExtensionFlow::sent),
          read_feedback(line, format.payload_type) & useful};
}

/// A refused m-line keeps a format of the offer and says that it is inactive: the gateway opens the port of a
/// first m-line again, and then what stands there must still be an answer to the offer.
SdpMediaLine refused_line(const OfferedLine& offered) {
  SdpMediaLine line;
  line.port = 0;
  line.direction = MediaDirection::inactive;
  line.formats.push_back(offered.format);
  if (!offered.rtpmap.empty()) {
    line.attributes.push_back({"rtpmap", offered.format + " " + offered.rtpmap});
  }
  return line;
}

bool is_at(const std::optional<ChosenMedium>& medium, std::size_t index) {
  return medium && medium->index.value() == static_cast<int>(index);
}

SdpMediaLine answer_line(const PublishOffer& offer, std::size_t index) {
  const auto accepted = [](const ChosenMedium& medium) {
    return ChosenFormat{medium.payload_type, medium.format_parameters};
  };
  SdpMediaLine line;
  line.port = kAnyPort;
  line.direction = MediaDirection::recvonly;
  if (is_at(offer.audio, index)) {
    add_opus(line, accepted(*offer.audio), offer.audio->feedback);
    add_extensions(line, offer.audio->extensions);
  } else if (is_at(offer.video, index)) {
    add_video(line, offer.video_codec, accepted(*offer.video), offer.video->feedback);
    add_extensions(line, offer.video->extensions);
  } else {
    line = refused_line(offer.lines[index]);
  }
  line.media = offer.lines[index].media;
  line.protocol = offer.lines[index].protocol;
  if (!offer.lines[index].mid.empty()) {
    line.attributes.insert(line.attributes.begin(), {"mid", offer.lines[index].mid});
  }
  return line;
}

SdpMediaLine program_line(std::string_view media, MediaIndex index) {
  SdpMediaLine line;
  line.media = media;
  line.protocol = kRtpProtocol;
  line.port = kAnyPort;
  line.direction = MediaDirection::sendonly;
  line.attributes.push_back({"mid", std::to_string(index.value())});
  // The browser shows both as tracks of one stream with this name.
  line.attributes.push_back({"msid", "program program-" + std::string(media)});
  return line;
}

/// What the viewer says about one medium of the program; nothing when it takes it with another codec.
std::optional<Acceptance> acceptance_of(const SdpMediaLine& line, media::PayloadType payload_type,
                                        std::string_view encoding) {
  if (!is_alive(line) || !receives(line.direction)) {
    return Acceptance::refused;
  }
  return maps_to(line, payload_type, encoding) ? std::optional(Acceptance::accepted) : std::nullopt;
}

}  // namespace

media::ParseResult<PublishOffer, SdpRefusal> read_publish_offer(const SdpDescription& description,
                                                                media::VideoCodec room_codec) {
  if (!has_sound_mids(description)) {
    return SdpRefusal::malformed;
  }
  PublishOffer offer;
  offer.video_codec = room_codec;
  bool sends_audio = false;
  bool sends_video = false;
  for (const SdpMediaLine& line : description.media) {
    const MediaIndex index(static_cast<int>(offer.lines.size()));
    offer.lines.push_back(remembered(line));
    if (!is_sent(line)) {
      continue;
    }
    if (line.media == kAudio) {
      sends_audio = true;
      if (auto format = choose_opus(line); format && !offer.audio) {
        offer.audio =
            chosen(line, index, std::move(*format), extensions_from_publisher(std::nullopt), kAudioFeedback);
      }
    } else if (line.media == kVideo) {
      sends_video = true;
      if (auto format = choose_video(line, room_codec); format && !offer.video) {
        offer.video =
            chosen(line, index, std::move(*format), extensions_from_publisher(room_codec), kVideoFeedback);
      }
    }
  }
  if (!sends_audio && !sends_video) {
    return SdpRefusal::without_media;
  }
  if ((sends_video && !offer.video) || (!sends_video && !offer.audio)) {
    return SdpRefusal::codec_not_in_room;
  }
  return offer;
}

SdpDescription publish_answer(const PublishOffer& offer, const SdpOrigin& origin) {
  SdpDescription answer{.session_id = origin.session_id, .version = origin.version};
  for (std::size_t i = 0; i < offer.lines.size(); ++i) {
    answer.media.push_back(answer_line(offer, i));
  }
  return answer;
}

SdpDescription program_offer(media::VideoCodec room_codec, const SdpOrigin& origin, const ProgramTerms& audio,
                             const ProgramTerms& video) {
  SdpMediaLine audio_line = program_line(kAudio, kProgramAudioIndex);
  add_opus(audio_line, {kProgramPayloadTypes.audio, opus_parameters()}, audio.feedback);
  add_extensions(audio_line, audio.extensions);
  SdpMediaLine video_line = program_line(kVideo, kProgramVideoIndex);
  add_video(video_line, room_codec, {kProgramPayloadTypes.video, program_parameters(room_codec)},
            video.feedback);
  add_extensions(video_line, video.extensions);
  return {.session_id = origin.session_id,
          .version = origin.version,
          .media = {std::move(audio_line), std::move(video_line)}};
}

media::ParseResult<SubscribeAnswer, SdpRefusal> read_subscribe_answer(const SdpDescription& description,
                                                                      media::VideoCodec room_codec) {
  if (description.media.size() != 2 || !has_sound_mids(description)) {
    return SdpRefusal::malformed;
  }
  const SdpMediaLine& audio = description.media[0];
  const SdpMediaLine& video = description.media[1];
  if (audio.media != kAudio || video.media != kVideo) {
    return SdpRefusal::malformed;
  }
  const auto audio_acceptance =
      acceptance_of(audio, kProgramPayloadTypes.audio, media::sdp_name(media::AudioCodec::opus));
  const auto video_acceptance = acceptance_of(video, kProgramPayloadTypes.video, media::sdp_name(room_codec));
  if (!audio_acceptance || !video_acceptance) {
    return SdpRefusal::codec_not_in_room;
  }
  const SubscribeAnswer answer{*audio_acceptance, *video_acceptance};
  if (answer.audio == Acceptance::refused && answer.video == Acceptance::refused) {
    return SdpRefusal::without_media;
  }
  return answer;
}

}  // namespace baton::plugin

// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/sdp_direct.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "plugin/sdp_codecs.hpp"
#include "plugin/sdp_extensions.hpp"

namespace baton::plugin {
namespace {

using media::ParseResult;
using transport::direct::DtlsRole;

constexpr std::string_view kReducedSize = "rtcp-rsize";

std::size_t place_of(framework::MediaIndex index) {
  return static_cast<std::size_t>(index.value());
}

DirectTerms read_terms(const SdpDescription& description, const SdpMediaLine& line,
                       media::PayloadType payload_type) {
  return {
      .extension_forms = read_extension_forms(description, line),
      .rtcp_form = line.attribute(kReducedSize) ? media::RtcpForm::reduced_size : media::RtcpForm::compound,
      .repetitions = repeating(line, payload_type)};
}

/// Writes what `original` is repeated by, if it is, and the rest.
void add_terms(SdpMediaLine& line, const DirectTerms& terms, media::PayloadType original) {
  if (terms.repetitions) {
    add_repeating(line, *terms.repetitions, original);
  }
  add_extension_forms(line, terms.extension_forms);
  if (terms.rtcp_form == media::RtcpForm::reduced_size) {
    line.attributes.push_back({std::string(kReducedSize), {}});
  }
}

// --- publishing

ParseResult<DirectSource, SdpRefusal> read_source(const SdpDescription& description,
                                                  const ChosenMedium& chosen) {
  const SdpMediaLine& line = description.media[place_of(chosen.index)];
  auto sources = read_sources(line);
  if (!sources) {
    return sources.error();
  }
  DirectSource result{read_terms(description, line, chosen.payload_type), *sources};
  if (!result.terms.repetitions) {
    result.sources.repetitions.reset();
  }
  return result;
}

template <class T>
bool has_repetition(std::vector<T> all) {
  std::ranges::sort(all);
  return std::ranges::adjacent_find(all) != all.end();
}

/// A medium as it was chosen, with what it has of its own here; `own` is set if `chosen` is.
struct Publication {
  const ChosenMedium* chosen;
  const DirectSource* own;
};

/// The media of an offer in the order of their m-lines.
std::vector<Publication> publications(const DirectPublishOffer& offer) {
  std::vector<Publication> result;
  if (offer.offer.audio) {
    result.push_back({&*offer.offer.audio, &*offer.audio});
  }
  if (offer.offer.video) {
    result.push_back({&*offer.offer.video, &*offer.video});
  }
  std::ranges::sort(result, {}, [](const Publication& each) { return each.chosen->index; });
  return result;
}

/// Packets must say which medium they belong to, by whichever of its marks.
std::optional<SdpRefusal> ambiguity(const std::vector<Publication>& media) {
  std::vector<media::PayloadType> payload_types;
  std::vector<media::Ssrc> ssrcs;
  std::vector<media::ExtensionId> mid_ids;
  for (const auto& [chosen, own] : media) {
    payload_types.push_back(chosen->payload_type);
    if (own->terms.repetitions) {
      payload_types.push_back(*own->terms.repetitions);
    }
    for (const auto& ssrc : {own->sources.media, own->sources.repetitions}) {
      if (ssrc) {
        ssrcs.push_back(*ssrc);
      }
    }
    if (const auto id = chosen->extensions.id_of(media::ExtensionKind::mid)) {
      mid_ids.push_back(*id);
    }
  }
  if (has_repetition(payload_types)) {
    return SdpRefusal::payload_types_shared;
  }
  if (has_repetition(ssrcs)) {
    return SdpRefusal::source_invalid;
  }
  const bool one_mid_id = mid_ids.empty() || std::ranges::count(mid_ids, mid_ids.front()) ==
                                                 static_cast<std::ptrdiff_t>(mid_ids.size());
  return one_mid_id ? std::nullopt : std::optional(SdpRefusal::extension_ids_differ);
}

MediaPlaces places_of(const std::vector<Publication>& media) {
  MediaPlaces places;
  places.reserve(media.size());
  for (const Publication& each : media) {
    places.push_back(place_of(each.chosen->index));
  }
  return places;
}

/// Reads into `own` what a medium that was chosen has of its own here.
std::optional<SdpRefusal> fill(std::optional<DirectSource>& own, const std::optional<ChosenMedium>& chosen,
                               const SdpDescription& description) {
  if (!chosen) {
    return std::nullopt;
  }
  const auto source = read_source(description, *chosen);
  if (!source) {
    return source.error();
  }
  own = *source;
  return std::nullopt;
}

// --- subscribing

constexpr DirectTerms kAudioTerms{.extension_forms = media::ExtensionForms::both,
                                  .rtcp_form = media::RtcpForm::reduced_size,
                                  .repetitions = std::nullopt};
constexpr DirectTerms kVideoTerms{.extension_forms = media::ExtensionForms::both,
                                  .rtcp_form = media::RtcpForm::reduced_size,
                                  .repetitions = kProgramRepetitions};

/// What is offered of audio, or of video in this codec.
ProgramTerms offered(std::optional<media::VideoCodec> video) {
  return {extensions_for_viewer(video, TransportNumber::present), video ? kVideoFeedback : kAudioFeedback};
}

DirectReception read_reception(const SdpDescription& description, framework::MediaIndex index,
                               media::PayloadType payload_type, const ProgramTerms& offered) {
  const SdpMediaLine& line = description.media[place_of(index)];
  DirectReception result{.extensions = read_accepted_extensions(line, offered.extensions),
                         .feedback = read_feedback(line, payload_type) & offered.feedback,
                         .terms = read_terms(description, line, payload_type)};
  if (result.terms.repetitions != kProgramRepetitions) {
    result.terms.repetitions.reset();
  }
  return result;
}

bool has_mid_of(const SdpDescription& description, framework::MediaIndex index) {
  return description.media[place_of(index)].attribute("mid") == std::to_string(index.value());
}

}  // namespace

ParseResult<DirectPublishOffer, SdpRefusal> parse_direct_publish_offer(std::string_view sdp,
                                                                       media::VideoCodec room_codec,
                                                                       DtlsRole preferred) {
  const auto description = parse_description(sdp);
  if (!description) {
    return SdpRefusal::malformed;
  }
  auto offer = read_publish_offer(*description, room_codec);
  if (!offer) {
    return offer.error();
  }
  DirectPublishOffer result;
  result.offer = std::move(*offer);
  for (const auto& refusal : {fill(result.audio, result.offer.audio, *description),
                              fill(result.video, result.offer.video, *description)}) {
    if (refusal) {
      return *refusal;
    }
  }
  const auto media = publications(result);
  if (const auto refusal = ambiguity(media)) {
    return *refusal;
  }
  auto peer = read_transport(*description, places_of(media), DescriptionKind::offer, preferred);
  if (!peer) {
    return peer.error();
  }
  result.peer = std::move(*peer);
  result.bundling = read_bundling(*description, places_of(media));
  return result;
}

std::string make_direct_publish_answer(const DirectPublishOffer& offer, const DirectLocal& local) {
  const auto media = publications(offer);
  SdpDescription answer = publish_answer(offer.offer, local.origin);
  for (const auto& [chosen, own] : media) {
    add_terms(answer.media[place_of(chosen->index)], own->terms, chosen->payload_type);
  }
  const std::string_view setup = offer.peer.role == DtlsRole::server ? "passive" : "active";
  add_transport(answer, places_of(media), local, setup, offer.bundling);
  return print_description(answer);
}

std::string make_direct_subscribe_offer(media::VideoCodec room_codec, const ProgramSources& sources,
                                        const DirectLocal& local) {
  SdpDescription offer = program_offer(room_codec, local.origin, offered(std::nullopt), offered(room_codec));
  SdpMediaLine& audio = offer.media[place_of(kProgramAudioIndex)];
  SdpMediaLine& video = offer.media[place_of(kProgramVideoIndex)];
  add_terms(audio, kAudioTerms, kProgramPayloadTypes.audio);
  add_terms(video, kVideoTerms, kProgramPayloadTypes.video);
  add_sources(audio, {sources.audio, std::nullopt}, sources.canonical_name);
  add_sources(video, {sources.video, sources.video_repetitions}, sources.canonical_name);
  add_transport(offer, {place_of(kProgramAudioIndex), place_of(kProgramVideoIndex)}, local, "actpass",
                Bundling::grouped);
  return print_description(offer);
}

ParseResult<DirectSubscribeAnswer, SdpRefusal> parse_direct_subscribe_answer(std::string_view sdp,
                                                                             media::VideoCodec room_codec) {
  const auto description = parse_description(sdp);
  if (!description) {
    return SdpRefusal::malformed;
  }
  const auto taken = read_subscribe_answer(*description, room_codec);
  if (!taken) {
    return taken.error();
  }
  DirectSubscribeAnswer result;
  MediaPlaces places;
  if (taken->audio == Acceptance::accepted) {
    places.push_back(place_of(kProgramAudioIndex));
    result.audio =
        read_reception(*description, kProgramAudioIndex, kProgramPayloadTypes.audio, offered(std::nullopt));
  }
  if (taken->video == Acceptance::accepted) {
    places.push_back(place_of(kProgramVideoIndex));
    result.video =
        read_reception(*description, kProgramVideoIndex, kProgramPayloadTypes.video, offered(room_codec));
  }
  if (!std::ranges::all_of(places, [&](std::size_t place) {
        return has_mid_of(*description, framework::MediaIndex(static_cast<int>(place)));
      })) {
    return SdpRefusal::malformed;
  }
  auto peer = read_transport(*description, places, DescriptionKind::answer);
  if (!peer) {
    return peer.error();
  }
  result.peer = std::move(*peer);
  return result;
}

}  // namespace baton::plugin

// SPDX-License-Identifier: GPL-3.0-or-later
#include "plugin/direct_media_settings.hpp"

#include <cstddef>
#include <optional>
#include <string>

#include "plugin/random_rtp.hpp"
#include "plugin/secrets.hpp"

namespace baton::plugin {

namespace direct = transport::direct;

namespace {

constexpr media::ClockRate kOpusRate{48'000};
constexpr media::ClockRate kVideoRate{90'000};

/// One medium of the program, as the viewer takes it.
std::optional<direct::ViewerMediumSettings> medium_of(const std::optional<DirectReception>& reception,
                                                      framework::MediaIndex index, media::Ssrc ssrc,
                                                      media::Ssrc repetitions) {
  if (!reception) {
    return std::nullopt;
  }
  direct::ViewerMediumSettings settings;
  settings.ssrc = ssrc;
  settings.mid = std::to_string(index.value());
  settings.extensions = reception->extensions;
  if (const auto payload_type = reception->terms.repetitions) {
    settings.rtx = media::RtxIdentity{repetitions, *payload_type, random_sequence()};
  }
  return settings;
}

}  // namespace

direct::ViewerSettings viewer_settings(const DirectSubscribeAnswer& answer, const ProgramSources& sources) {
  direct::ViewerSettings settings;
  settings.audio = medium_of(answer.audio, kProgramAudioIndex, sources.audio, {});
  settings.video = medium_of(answer.video, kProgramVideoIndex, sources.video, sources.video_repetitions);
  const auto& terms = answer.video ? answer.video->terms : answer.audio->terms;
  settings.extension_forms = terms.extension_forms;
  settings.canonical_name = sources.canonical_name;
  settings.first_transport_sequence =
      media::TransportSequence::wrap(static_cast<std::int64_t>(random_number() & 0xFFFFU));
  settings.report_seed = random_number();
  return settings;
}

namespace {

/// One medium that a publisher sends.
std::optional<direct::PublisherMediumSettings> medium_of(const PublishOffer& offer,
                                                         const std::optional<ChosenMedium>& chosen,
                                                         const std::optional<DirectSource>& source,
                                                         media::ClockRate rate) {
  if (!chosen || !source) {
    return std::nullopt;
  }
  return direct::PublisherMediumSettings{
      .mid = offer.lines[static_cast<std::size_t>(chosen->index.value())].mid,
      .payload_type = chosen->payload_type,
      .rtx_payload_type = source->terms.repetitions,
      .clock_rate = rate,
      .ssrc = source->sources.media,
      .rtx_ssrc = source->sources.repetitions,
      .loss_requests = chosen->feedback.contains(Feedback::nack) ? direct::LossRequests::nack
                                                                 : direct::LossRequests::none};
}

/// What both media go by; in a bundle an id means the same everywhere.
media::ExtensionMap extensions_of(const PublishOffer& offer) {
  media::ExtensionMap all;
  for (const auto* chosen : {&offer.audio, &offer.video}) {
    for (std::size_t i = 0; *chosen && i < media::kExtensionKindCount; ++i) {
      const auto kind = static_cast<media::ExtensionKind>(i);
      if (const auto id = (*chosen)->extensions.id_of(kind)) {
        all.set(kind, *id);
      }
    }
  }
  return all;
}

direct::BandwidthFeedback bandwidth_feedback(const PublishOffer& offer,
                                             const media::ExtensionMap& extensions) {
  const auto& chosen = offer.video ? offer.video : offer.audio;
  if (chosen->feedback.contains(Feedback::transport_wide) &&
      extensions.id_of(media::ExtensionKind::transport_sequence)) {
    return direct::BandwidthFeedback::transport_wide;
  }
  return chosen->feedback.contains(Feedback::bandwidth_estimate)
             ? direct::BandwidthFeedback::receiver_estimate
             : direct::BandwidthFeedback::none;
}

}  // namespace

direct::PublisherSettings publisher_settings(const DirectPublishOffer& offer) {
  direct::PublisherSettings settings;
  settings.audio = medium_of(offer.offer, offer.offer.audio, offer.audio, kOpusRate);
  settings.video = medium_of(offer.offer, offer.offer.video, offer.video, kVideoRate);
  settings.video_codec = offer.offer.video_codec;
  settings.extensions = extensions_of(offer.offer);
  settings.bandwidth = bandwidth_feedback(offer.offer, settings.extensions);
  settings.rtcp_form = (offer.video ? offer.video : offer.audio)->terms.rtcp_form;
  settings.canonical_name = kCanonicalName;
  settings.own_ssrc = random_ssrc();
  settings.report_seed = random_number();
  return settings;
}

}  // namespace baton::plugin

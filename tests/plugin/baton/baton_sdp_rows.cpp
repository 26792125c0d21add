// SPDX-License-Identifier: GPL-3.0-or-later
// Session descriptions that are missing, not wanted, broken, or of no use to the room.
#include <string>
#include <utility>

#include "plugin/sdp.hpp"
#include "tests/plugin/baton/baton_stage.hpp"
#include "tests/plugin/pure/sdp_fixtures.hpp"

namespace baton::testing {

namespace {

using core::ErrorCode;
using framework::Jsep;
using framework::Json;
using plugin::test::as_handed_over;
using plugin::test::fixture;
using plugin::test::replaced;

/// The one who could publish asks for it on a free handle, with this description.
RefusalRow publishing(std::string what, ErrorCode expected, std::optional<Jsep> jsep) {
  return {std::move(what), expected, [jsep = std::move(jsep)](Stage& stage) {
            return Client::beside(stage.baton, stage.bob).say("publish", jsep);
          }};
}

/// The one who is subscribed answers the offer with this.
RefusalRow starting(std::string what, ErrorCode expected, std::optional<Jsep> jsep) {
  return {std::move(what), expected,
          [jsep = std::move(jsep)](Stage& stage) { return stage.bob.say("start", jsep); }};
}

RefusalRow unwanted(std::string verb_name) {
  return {verb_name + " with an offer", ErrorCode::jsep_unexpected, [verb_name](Stage& stage) {
            Json request = stage.bob.request(verb_name);
            request.set("room", Stage::kRoom).set("user", "x").set("secret", Stage::kSecret);
            return stage.bob.ask(std::move(request), publish_offer());
          }};
}

std::string with_lines(std::string sdp, const std::string& line, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    sdp += line + "\r\n";
  }
  return sdp;
}

/// Exactly `size` bytes, by attributes that mean nothing.
std::string padded_to(std::string sdp, std::size_t size) {
  constexpr std::size_t kLine = 1000;
  while (sdp.size() < size) {
    const std::size_t rest = std::min(kLine, size - sdp.size());
    sdp += rest < 8 ? std::string(rest, '\n') : "a=x:" + std::string(rest - 6, 'x') + "\r\n";
  }
  return sdp;
}

constexpr auto kInvalid = ErrorCode::sdp_invalid;
constexpr auto kNoMedia = ErrorCode::sdp_without_media;
constexpr auto kCodec = ErrorCode::codec_not_in_room;

RefusalRows offer_rows() {
  const std::string offer = publish_offer().sdp;
  return {
      publishing("publish without jsep", ErrorCode::jsep_missing, std::nullopt),
      publishing("publish with an answer", ErrorCode::jsep_unexpected, answer_of(offer)),
      publishing("an empty offer", kInvalid, offer_of("")),
      publishing("an offer that is prose", kInvalid, offer_of("Hello, I would like to publish.")),
      publishing("an offer cut in the first line", kInvalid, offer_of(offer.substr(0, 2))),
      publishing("an offer with a line too long", kInvalid,
                 offer_of(offer + "a=x:" + std::string(plugin::kMaxSdpLineBytes, 'x') + "\r\n")),
      publishing("an offer with too many lines", kInvalid,
                 offer_of(with_lines(offer, "a=x:1", plugin::kMaxSdpLines))),
      publishing("an offer with too many media", kInvalid,
                 offer_of(with_lines(offer, "m=audio 9 UDP/TLS/RTP/SAVPF 111", plugin::kMaxSdpMediaLines))),
      publishing("an offer just too large", kInvalid, offer_of(padded_to(offer, plugin::kMaxSdpBytes + 1))),
      publishing("an offer of a megabyte", kInvalid, offer_of(padded_to(offer, std::size_t{1} << 20U))),
      publishing("an offer of data only", kNoMedia, offer_of(as_handed_over(fixture("chromium/data_only")))),
      publishing("an offer to receive only", kNoMedia,
                 offer_of(as_handed_over(fixture("chromium/receive_only")))),
      publishing("an offer that sends nothing", kNoMedia,
                 offer_of(replaced(offer, "a=sendonly", "a=inactive"))),
      publishing("an offer without any m-line", kInvalid, offer_of(offer.substr(0, offer.find("m=")))),
      publishing("an offer without the room's codec", kCodec,
                 offer_of(replaced(offer, " VP8/90000", " VP7/90000"))),
  };
}

RefusalRows answer_rows() {
  const std::string answer = subscribe_answer().sdp;
  return {
      starting("start without jsep", ErrorCode::jsep_missing, std::nullopt),
      starting("start with an offer", ErrorCode::jsep_unexpected, offer_of(answer)),
      starting("an empty answer", kInvalid, answer_of("")),
      starting("an answer that is prose", kInvalid, answer_of("Yes, please.")),
      starting("an answer with one medium", kInvalid, answer_of(answer.substr(0, answer.find("m=video")))),
      starting("an answer that refuses everything", kNoMedia,
               answer_of(replaced(answer, "a=recvonly", "a=inactive"))),
      starting("an answer with another codec", kCodec,
               answer_of(replaced(answer, " VP8/90000", " VP7/90000"))),
      starting("an answer that is an offer to send", kNoMedia,
               answer_of(replaced(answer, "a=recvonly", "a=sendonly"))),
      starting("an answer too large", kInvalid, answer_of(padded_to(answer, plugin::kMaxSdpBytes + 1))),
  };
}

}  // namespace

RefusalRows sdp_rows() {
  RefusalRows rows = offer_rows();
  for (const RefusalRow& row : answer_rows()) {
    rows.push_back(row);
  }
  for (const char* name :
       {"create", "edit", "end", "exists", "list", "status", "kick", "join", "leave", "heartbeat",
        "unpublish", "subscribe", "configure", "backup", "transfer", "promotion"}) {
    rows.push_back(unwanted(name));
  }
  return rows;
}

}  // namespace baton::testing

// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/media/extension_set.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <string>

#include "core/media/packet_writer.hpp"
#include "tests/media/media_builders.hpp"

namespace baton::media {
namespace {

using test::Bytes;
using Kind = ExtensionKind;
using Ids = std::vector<std::pair<Kind, int>>;

ExtensionMap map_of(const Ids& ids) {
  ExtensionMap map;
  for (const auto& [kind, id] : ids) {
    map.set(kind, ExtensionId{static_cast<std::uint8_t>(id)});
  }
  return map;
}

Bytes written(const ExtensionSet& set) {
  Bytes bytes(set.size());
  set.write(bytes);
  return bytes;
}

/// A packet with these bytes as its header extension, its header included.
Bytes packet_with(const Bytes& extension, const Bytes& payload = {7, 8, 9}) {
  Bytes bytes = test::make_rtp({.sequence = 5, .timestamp = 6, .marker = Marker::set, .payload = {}});
  bytes.resize(kRtpFixedHeaderSize + extension.size() + payload.size());
  bytes[0] = static_cast<std::uint8_t>(bytes[0] | (extension.empty() ? 0 : 0x10));
  std::ranges::copy(payload, std::ranges::copy(extension, bytes.begin() + kRtpFixedHeaderSize).out);
  return bytes;
}

TEST_CASE("A map tells what was negotiated, and 0 is no id") {
  ExtensionMap map = map_of({{Kind::mid, 4}});
  CHECK(map.id_of(Kind::mid)->value == 4);
  CHECK_FALSE(map.id_of(Kind::rtp_stream_id).has_value());
  map.set(Kind::mid, ExtensionId{0});
  CHECK_FALSE(map.id_of(Kind::mid).has_value());
}

TEST_CASE("Each kind is found by its URI") {
  for (std::size_t index = 0; index < kExtensionKindCount; ++index) {
    const auto kind = static_cast<Kind>(index);
    CHECK(extension_of(uri_of(kind)) == kind);
  }
  CHECK(extension_of("urn:ietf:params:rtp-hdrext:sdes:mid") == Kind::mid);
  CHECK(extension_of("urn:3gpp:video-orientation") == Kind::video_orientation);
  CHECK_FALSE(extension_of("urn:ietf:params:rtp-hdrext:toffset").has_value());
  CHECK_FALSE(extension_of("").has_value());
}

TEST_CASE("Elements are written in the form that they need") {
  const auto map = map_of({{Kind::mid, 1},
                           {Kind::transport_sequence, 14},
                           {Kind::dependency_descriptor, 3},
                           {Kind::video_orientation, 15}});
  const Bytes text{'a', 'b'};
  const Bytes number{0x12, 0x34};
  const Bytes sixteen(16, 0x16);
  const Bytes seventeen(17, 0x17);
  const Bytes none;

  ExtensionSet empty(map);
  CHECK(written(empty).empty());

  ExtensionSet one(map);
  CHECK_FALSE(one.add(Kind::mid, text).has_value());
  CHECK(written(one) == Bytes{0xBE, 0xDE, 0, 1, 0x11, 'a', 'b', 0});
  CHECK_FALSE(one.add(Kind::transport_sequence, number).has_value());
  CHECK(written(one) == Bytes{0xBE, 0xDE, 0, 2, 0x11, 'a', 'b', 0xE1, 0x12, 0x34, 0, 0});
  CHECK_FALSE(one.add(Kind::mid, number).has_value());  // In place of what it was.
  CHECK(written(one) == Bytes{0xBE, 0xDE, 0, 2, 0x11, 0x12, 0x34, 0xE1, 0x12, 0x34, 0, 0});
  CHECK_FALSE(one.add(Kind::dependency_descriptor, sixteen).has_value());
  CHECK(written(one)[10] == 0x3F);

  // What only the two-byte form can say is refused by who does not take it, and changes all elements else.
  for (const auto& [kind, data] : {std::pair(Kind::dependency_descriptor, seventeen),
                                   {Kind::mid, none},
                                   {Kind::video_orientation, number}}) {
    ExtensionSet refused(map);
    CHECK(refused.add(kind, data) == ExtensionRefusal::too_large);
    CHECK(refused.size() == 0);
    ExtensionSet both(map, ExtensionForms::both);
    CHECK_FALSE(both.add(Kind::transport_sequence, number).has_value());
    CHECK(written(both)[0] == 0xBE);
    CHECK_FALSE(both.add(kind, data).has_value());
    const Bytes bytes = written(both);
    CHECK(Bytes(bytes.begin(), bytes.begin() + 10) ==
          Bytes{0x10, 0x00, 0, static_cast<std::uint8_t>(bytes.size() / 4 - 1), 14, 2, 0x12, 0x34,
                map.id_of(kind)->value, static_cast<std::uint8_t>(data.size())});
  }
}

TEST_CASE("What was not negotiated, or is too large for any form, is refused") {
  const auto map = map_of({{Kind::mid, 1}});
  ExtensionSet set(map, ExtensionForms::both);
  const Bytes most(255, 1);
  const Bytes more(256, 1);
  CHECK(set.add(Kind::audio_level, most) == ExtensionRefusal::not_negotiated);
  CHECK(set.add(Kind::mid, more) == ExtensionRefusal::too_large);
  CHECK_FALSE(set.add(Kind::mid, most).has_value());
  CHECK(set.size() == 4 + (2 + 255 + 3) / 4 * 4);
  CHECK(std::string(to_string(ExtensionRefusal::not_negotiated)) == "not_negotiated");
  CHECK(std::string(to_string(ExtensionRefusal::too_large)) == "too_large");
}

TEST_CASE("A set holds every kind at once") {
  Ids ids;
  for (std::size_t index = 0; index < kExtensionKindCount; ++index) {
    ids.push_back({static_cast<Kind>(index), static_cast<int>(index) + 1});
  }
  const auto map = map_of(ids);
  const Bytes data(255, 9);
  ExtensionSet set(map, ExtensionForms::both);
  for (const auto& [kind, id] : ids) {
    CHECK_FALSE(set.add(kind, data).has_value());
    CHECK_FALSE(set.add(kind, data).has_value());
  }
  const Bytes bytes = packet_with(written(set));
  for (const auto& [kind, id] : ids) {
    CHECK(test::view_of(bytes).extension(*map.id_of(kind))->size() == 255);
  }
}

TEST_CASE(
    "A viewer is told what the packet says of the media, under its own ids, and nothing of the sender") {
  const auto senders = map_of({{Kind::video_orientation, 3},
                               {Kind::mid, 4},
                               {Kind::transport_sequence, 5},
                               {Kind::absolute_send_time, 6},
                               {Kind::playout_delay, 7},
                               {Kind::rtp_stream_id, 8}});
  const auto viewers = map_of({{Kind::video_orientation, 9},
                               {Kind::mid, 1},
                               {Kind::transport_sequence, 2},
                               {Kind::absolute_send_time, 4},
                               {Kind::audio_level, 3},
                               {Kind::rtp_stream_id, 5}});
  const Bytes bytes = packet_with(
      {0xBE, 0xDE, 0, 4, 0x30, 0x02, 0x40, 'v', 0x51, 0xAA, 0xBB, 0x72, 1, 2, 3, 0x80, 'q', 0, 0, 0});
  const MediaExtensions media(test::view_of(bytes), senders);
  CHECK(media.find(Kind::video_orientation)->size() == 1);
  CHECK(media.find(Kind::playout_delay)->size() == 3);
  CHECK_FALSE(media.find(Kind::mid).has_value());
  ExtensionSet set(viewers);
  set.add(media);
  const Bytes own{'0'};
  CHECK_FALSE(set.add(Kind::mid, own).has_value());
  CHECK(written(set) == Bytes{0xBE, 0xDE, 0, 1, 0x90, 0x02, 0x10, '0'});
}

TEST_CASE("A packet is written with another extension and is the same otherwise") {
  const auto map = map_of({{Kind::transport_sequence, 2}});
  const Bytes number{0, 0};
  ExtensionSet some(map);
  some.add(Kind::transport_sequence, number);
  const ExtensionSet none(map);
  const Bytes extension{0xBE, 0xDE, 0, 1, 0x30, 0x02, 0, 0};
  for (const Bytes& from : {Bytes(), extension}) {
    for (const ExtensionSet* set : std::array<const ExtensionSet*, 2>{&some, &none}) {
      Bytes original = packet_with(from, {1, 2, 3, 0, 0, 3});
      original[0] |= 0x20;  // Three bytes of padding.
      std::array<std::uint8_t, 64> out{};
      const std::size_t size = original.size() - from.size() + set->size();
      CHECK(write_packet(test::view_of(original), *set, ByteSpan(out).first(size - 1)).error() ==
            PacketWriteError::buffer_too_small);
      auto packet = write_packet(test::view_of(original), *set, ByteSpan(out).first(size));
      REQUIRE(packet.ok());
      const auto& view = packet->view();
      CHECK(view.bytes().size() == size);
      CHECK(view.marker() == Marker::set);
      CHECK(view.timestamp() == RtpTimestamp(6));
      CHECK(view.sequence_number() == SequenceNumber(5));
      CHECK(Bytes(view.payload().begin(), view.payload().end()) == Bytes{1, 2, 3});
      CHECK_FALSE(view.extension(ExtensionId{3}).has_value());
      const auto element = packet->extension(ExtensionId{2});
      CHECK(element.has_value() == (set == &some));
      if (element) {
        store_u16(*element, 0, 0x4321);  // As it goes out.
        CHECK(load_u16(*packet->view().extension(ExtensionId{2}), 0) == 0x4321);
      }
    }
  }
  CHECK(std::string(to_string(PacketWriteError::buffer_too_small)) == "buffer_too_small");
}

TEST_CASE("Contributing sources stay in front of the extension") {
  const auto map = map_of({{Kind::transport_sequence, 2}});
  const Bytes number{7, 7};
  ExtensionSet set(map);
  set.add(Kind::transport_sequence, number);
  Bytes original = test::make_rtp({.payload = {0, 0, 0, 9, 42}});
  original[0] |= 1;
  std::array<std::uint8_t, 64> out{};
  const auto packet = write_packet(test::view_of(original), set, out);
  REQUIRE(packet.ok());
  CHECK(packet->view().csrc_count() == 1);
  CHECK(load_u32(packet->view().bytes(), 12) == 9);
  CHECK(packet->view().extension(ExtensionId{2})->size() == 2);
  CHECK(packet->view().payload().front() == 42);
}

TEST_CASE("The absolute send time is six bits of seconds and eighteen of their fraction") {
  std::array<std::uint8_t, 3> data{};
  write_absolute_send_time(data, NtpTime{(std::uint64_t{64 * 5 + 3} << 32U) | 0x80000000U});
  CHECK(data == std::array<std::uint8_t, 3>{0x0E, 0x00, 0x00});  // 3.5 s: 3.5 * 2^18.
  write_absolute_send_time(data, NtpTime{~std::uint64_t{0}});
  CHECK(data == std::array<std::uint8_t, 3>{0xFF, 0xFF, 0xFF});
}

}  // namespace
}  // namespace baton::media
